"""The offline HTML report: html.py fills templates/*.html.j2; theme.css holds every colour."""
