"""Tests that need the C library's malloc, or put another one before it."""

from __future__ import annotations

import pytest

from house import native_build

needs_the_systems = pytest.mark.skipif(
    native_build.sanitized(), reason="the sanitizer is the malloc of the process"
)
