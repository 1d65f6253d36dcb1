"""Serve the page until Ctrl-C."""

import threading
import webbrowser
from argparse import Namespace

import uvicorn

from talkinghead.app.film import load
from talkinghead.app.page.limits import Limits
from talkinghead.app.page.looks import Looks
from talkinghead.app.page.routes import Service
from talkinghead.app.page.shop import Shop
from talkinghead.app.progress import Progress
from talkinghead.app.web import HOST, listen
from talkinghead.face.detect import detector
from talkinghead.models import pick_device

ANYWHERE = ("0.0.0.0", "::")  # every address of this machine


def serve(args: Namespace, limits: Limits, progress: Progress) -> None:
    """Load the networks, print the page's address and stay until Ctrl-C.

    Raises InputError for a port that is taken, WeightsError where weights are missing.
    """
    listener = listen(args.port, args.host)  # a port that is taken is said before the long work
    progress.stage("loading the networks")
    try:
        shop = Shop(lambda report: load(args, report), limits, args.workers)
    except BaseException:
        listener.close()
        raise
    progress.stop()
    try:
        looks = Looks(lambda: detector(args.detector, pick_device(args.device)))
        server = uvicorn.Server(
            uvicorn.Config(
                Service(shop, looks, limits, args.ckpt).application(args.host),
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
            )
        )
        host = HOST if args.host in ANYWHERE else args.host
        port = listener.getsockname()[1]
        address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        if args.host != HOST:
            progress.note(f"whoever reaches {args.host}, port {port}, can use this: no password")
        progress.note("the page is at the address below; stop with Ctrl-C")
        progress.wrote(address)
        if not args.no_browser:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # how one ends the service: nothing went wrong
    finally:
        listener.close()
        shop.close()
    progress.note("the page is closed; its videos are removed")
