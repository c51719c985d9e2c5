"""When a comparison counts: `ci` looks twice, `aa` compares identical code."""
