# Signing in.
sign-in-title = Sign in
sign-in-help = No password yet? Open the link that you were given, or ask for one.
sign-in-wrong = Name and password don't fit each other.
once-title = Sign in once
once-hello = Welcome,
once-over = This link was used already, or has ended. Sign in with your password, or ask for another link.
once-password = A password for the next time
once-password-new = You may leave it empty; then you need a new link the next time. At least { $min } characters.
once-password-other = Only if you want another one. At least { $min } characters.
