"""The offline HTML report: html.py fills templates/*.html.j2; every colour is plot/theme.css's."""
