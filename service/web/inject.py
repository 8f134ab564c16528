"""What the app hands to every handler that names it: ``bench: Bench``, ``visitor: Who``, ``form: Posted``,
``files: Files``; and the town of
the address, ``town: TownId``. Litestar wants each said, not inferred."""

from __future__ import annotations

from litestar.di import NamedDependency
from litestar.params import FromPath

from service.web.forms import Form
from service.web.security.visitor import Visitor
from service.web.uploads import Posted as Uploaded
from service.web.workbench import Workbench

Bench = NamedDependency[Workbench]
Files = NamedDependency[Uploaded]
Who = NamedDependency[Visitor]
Posted = NamedDependency[Form]
TownId = FromPath[str]
