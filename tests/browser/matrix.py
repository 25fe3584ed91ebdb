def tests(whole):
    return []
