"""Topologies of others, published ones, and what to do with a program's accesses."""
