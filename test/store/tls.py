#!/usr/bin/python3
"""Takes connections by TLS, and hands on what comes in the clear; for tests, on the loopback interface."""
import argparse
import asyncio
import ssl
import sys


async def pump(source, target):
    try:
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()


async def serve(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    if options.clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options.clients)

    async def link(reader, writer):
        try:
            inner_reader, inner_writer = await asyncio.open_connection('127.0.0.1', options.to)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    server = await asyncio.start_server(link, '127.0.0.1', options.port, ssl=context)
    print(f'ready on port {options.port}', flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--to', type=int, required=True, help='the port to hand on to')
    parser.add_argument('--certificate', required=True, help='a file with the key and the certificate')
    parser.add_argument('--clients', help='ask for certificates that are signed by those of this file')
    asyncio.run(serve(parser.parse_args()))


if __name__ == '__main__':
    sys.exit(main())
