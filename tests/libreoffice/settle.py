"""Open a Word file in LibreOffice, carry out a command if it is not empty, save: settle.py IN OUT COMMAND PROFILE.

Run by a Python that has LibreOffice's `uno` module, as Debian's /usr/bin/python3 with the package python3-uno.
"""

import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def connected(office, pipe):
    """Return LibreOffice's service manager and context, once it answers."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while office.poll() is None:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.2)
        else:
            return context.ServiceManager, context
    raise SystemExit(f"soffice ended with {office.returncode}")


def main(source, target, command, profile):
    pipe = f"settle{Path(profile).stat().st_ino}"
    arguments = ["--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp"]
    office = subprocess.Popen(["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", *arguments])
    services, context = connected(office, pipe)
    desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    hidden = PropertyValue(Name="Hidden", Value=True)
    document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (hidden,))
    if command:
        dispatcher = services.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
        dispatcher.executeDispatch(document.CurrentController.Frame, command, "", 0, ())
    document.storeToURL(Path(target).as_uri(), (PropertyValue(Name="FilterName", Value="MS Word 2007 XML"),))
    document.close(True)
    desktop.terminate()
    office.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
