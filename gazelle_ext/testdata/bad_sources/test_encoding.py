#!/usr/bin/env python3
# -*- coding: nosuch -*-
def test_a():
    pass
