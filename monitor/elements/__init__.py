"""Whether a document holds what the catalogue demands of its kind. Silent where the kind is not certain."""

from __future__ import annotations

from monitor.elements.checking import TITLES, check_draft, check_elements
from monitor.elements.rules import ElementRules, load

__all__ = ["TITLES", "ElementRules", "check_draft", "check_elements", "load"]
