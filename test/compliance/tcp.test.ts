/**
 * Goal: the live TCP and TLS transport keeps what every transport promises.
 * Method: the common suite over loopback, real sockets and real keys.
 */
import { tcpProvider } from './tcp-world.ts'
import { transportCompliance } from './transport-compliance.ts'

transportCompliance(tcpProvider)
