"""The documentation site: every page of the repository, and the Python API from its docstrings.

``make docs`` builds it into ``build/site``.  The source folder is the repository itself, so that links
between pages, and to files beside them, work as they do in an editor; a link that leads nowhere is a fault.
"""

from __future__ import annotations

import adaptive

project = "adaptive"
author = "The adaptive authors"
release = version = adaptive.__version__

root_doc = "docs/site/index"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "docs/site/*.md",
    "docs/site/*.rst",
    "presets/*/README.md",
    "adaptive/composer/learned/data/*.md",
]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]

html_theme = "furo"
html_title = "adaptive"
html_show_sourcelink = False

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_typehints = "none"  # the docstrings have them, in words
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
default_role = "code"

nitpicky = False
suppress_warnings = [
    "myst.header",  # a page may begin a list of decisions with a heading of the second level
    "misc.highlighting_failure",  # blocks with … in them are no JSON
]
