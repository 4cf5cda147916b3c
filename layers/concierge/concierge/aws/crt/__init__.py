"""AWS for the functions that somebody waits for: signing, TLS and HTTP by the AWS Common Runtime, and no botocore.

A fresh process with botocore's clients spends many times the CPU of one with these (`make bench`), and the login
functions need a handful of calls only. Everything else in this project uses boto3.
"""
