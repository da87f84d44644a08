"""Servers behind HAProxy: is anything lost, mixed up or repeated while one dies, hangs or is replaced?"""
