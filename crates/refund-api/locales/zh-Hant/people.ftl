# Signing in.
sign-in-title = 登入
sign-in-help = 還沒有密碼？請開啟發給您的登入連結，或向管理員索取。
sign-in-wrong = 登入名或密碼不正確。
once-title = 一次性登入
once-hello = 歡迎，
once-over = 該連結已使用或已過期。請用密碼登入，或索取新的連結。
once-password = 設定密碼（下次登入使用）
once-password-new = 可以不填，下次需要新的連結。至少 { $min } 個字元。
once-password-other = 僅在需要更換密碼時填寫。至少 { $min } 個字元。
