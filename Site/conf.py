# SPDX-License-Identifier: Apache-2.0
# The configuration of Sphinx for the site; Site/build calls it.
import os

project = "Lowport"
release = version = os.environ["LOWPORT_VERSION"]
html_title = f"Lowport {version}"
language = "en"
extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = []

# What an ordinary page needs is HTML and CSS: no font, script or picture comes from elsewhere, and only the search has to
# have JavaScript.
html_theme = "furo"
html_static_path = [os.environ["LOWPORT_SITE"]]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = html_show_copyright = html_show_sphinx = html_use_index = False
html_permalinks_icon = "#"
pygments_style = "xcode"
pygments_dark_style = "github-dark"

# Text on its background has a contrast of 4.5 at least; Site/check computes it. The dark colours are all here, since the
# theme as Debian packages it has none for a browser that prefers dark pages unless a script says so.
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5394",
        "color-brand-content": "#0b5394",
        "color-foreground-secondary": "#4a4f57",
        "color-foreground-muted": "#5a6068",
        "color-code-background": "#f6f8fa",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cb7ff",
        "color-brand-content": "#7cb7ff",
        "color-foreground-primary": "#e3e6ea",
        "color-foreground-secondary": "#b3b8bf",
        "color-foreground-muted": "#9ba1a9",
        "color-foreground-border": "#666666",
        "color-background-primary": "#131416",
        "color-background-secondary": "#1a1c1e",
        "color-background-hover": "#1e2124ff",
        "color-background-hover--transparent": "#1e212400",
        "color-background-border": "#303335",
        "color-background-item": "#444444",
        "color-announcement-background": "#000000dd",
        "color-announcement-text": "#eeebee",
        "color-highlighted-background": "#083563",
        "color-highlight-on-target": "#333300",
        "color-problematic": "#ee5151",
        "color-admonition-background": "#18181a",
        "color-card-background": "#18181a",
        "color-card-marginals-background": "#1e2124",
    },
}
