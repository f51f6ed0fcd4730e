# coding: euc-jp


X = '�'
