"""The documentation: offline assets and search, notebooks as pages, the interface from docstrings."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ["RECOVERYNET_QUIET"] = "1"

from made_pages import write_pages  # noqa: E402

import recoverynet as rn  # noqa: E402

project = "recoverynet"
author = "the recoverynet maintainers"
copyright = "2026, the recoverynet maintainers"  # noqa: A001
version = release = rn.__version__
language = "en-GB"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]  # no MathJax: nothing is fetched
exclude_patterns = ["_build", "made_pages.py"]
html_theme = "pydata_sphinx_theme"
html_title = "recoverynet"
html_static_path = ["_static"]
html_css_files = ["readable.css"]
html_js_files = ["named_toggles.js"]
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "use_edit_page_button": False,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_show_sourcelink = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off" if os.environ.get("RECOVERYNET_DOCS_QUICK") else "cache"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_merge_streams = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autosummary_generate = True
autodoc_typehints = "none"
suppress_warnings = ["mystnb.unknown_mime_type", "myst-nb.lexer"]

notebooks = HERE / "notebooks"
notebooks.mkdir(exist_ok=True)
for notebook in (HERE.parent / "notebooks").glob("*.ipynb"):
    shutil.copy2(notebook, notebooks / notebook.name)
write_pages(HERE)
