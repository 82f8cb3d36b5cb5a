"""minidalle"""
