# Signing in.
sign-in-title = 登录
sign-in-help = 还没有密码？请打开发给您的登录链接，或向管理员索取。
sign-in-wrong = 登录名或密码不正确。
once-title = 一次性登录
once-hello = 欢迎，
once-over = 该链接已使用或已过期。请用密码登录，或索取新的链接。
once-password = 设置密码（下次登录使用）
once-password-new = 可以不填，下次需要新的链接。至少 { $min } 个字符。
once-password-other = 仅在需要更换密码时填写。至少 { $min } 个字符。
