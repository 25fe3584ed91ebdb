# Mail to the buyer.
mail-subject = { $what }：{ $title }
mail-about = 訂單 { $order } · { $seller }
mail-happened = 最新進展
mail-words = 「{ $words }」
mail-own = 您可以做什麼
mail-do-buyer-answer = 答覆協商方案
mail-do-buyer-respond = 處理商家的拒絕
mail-do-buyer-ship = 寄回商品
mail-open = 查看我的退款
mail-times = 時間為 UTC 時間，頁面上按您的時區顯示。
mail-automatic = 本郵件由系統自動發送，請勿回覆。任何人打開連結都能代您操作，請勿轉寄。
