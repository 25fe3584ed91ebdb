# Mail of notices.
mail-subject = { $what }：{ $title }
mail-about = 訂單 { $order } · { $seller }
mail-happened = 最新進展
mail-own = 您可以做什麼
mail-do-buyer-answer = 答覆協商方案
mail-do-buyer-respond = 處理商家的拒絕
mail-do-buyer-ship = 寄回商品
mail-do-seller-decide = 處理退款申請
mail-do-seller-confirm = 確認收到退貨，或拒絕收貨
mail-do-operator-rule = 裁定退款
mail-do-payout-report = 查明付款結果
mail-open-buyer = 查看我的退款
mail-open-seller = 查看退款
mail-open-operator = 查看退款
mail-times = 信中時間均為世界標準時間（UTC），網頁上會顯示您當地的時間。
mail-times-of = 信中時間為 { $zone } 時區的當地時間。
mail-automatic-buyer = 本郵件由系統自動發送，請勿回覆。任何人打開連結都能代您操作，請勿轉寄。
mail-automatic-seller = 本郵件由系統自動發送給您在設定中填寫的聯絡人，請勿回覆。
mail-automatic-operator = 本郵件由系統自動發送給規則設定中填寫的聯絡人，請勿回覆。
# The mailbox of a demo.
nav-mailbox = 信箱
mailbox-help = 買家、商家和平台客服收到的郵件，最新的在前。此頁面僅在示範中提供。
mailbox-none = 還沒有通知。之後退款有任何進展，都會在這裡顯示。
mailbox-open = 打開連結
mailed-queued = 待發送
mailed-accepted = 已發送
mailed-failed = 未送出
