# Why something can't be done, rule by rule.
refusal-not-your-role = 此操作僅限：{ $who }。
refusal-settling-held = 暫停處理：故障恢復期間，平台正在核對已到期的退款單。
refusal-seller-unknown = 商家尚未設定。
refusal-order-line-differs = 與該子訂單首次退款的資訊不一致。
refusal-refund-in-progress = 該子訂單已有進行中的退款單。
refusal-too-many-refunds-on-line = 該子訂單已有 { $count } 筆退款單，達到上限。
refusal-too-many-messages = 該退款單的留言數量已達上限。
refusal-too-many-files = 該退款單的檔案數量已達上限（{ $count } 個）。
refusal-negotiation-already-used = 一筆退款單只有一次協商機會，已使用（{ $status }）。
refusal-offer-is-another = 答覆的不是目前的協商方案。
refusal-offer-not-pending = 沒有可答覆或可撤回的協商方案。
refusal-deadline-passed = 協商方案已於 { $at } 過期，答覆已逾時。
refusal-wrong-status = 目前狀態（{ $status }）不能執行此操作。
refusal-payout-already-succeeded = 已撥款成功。
refusal-payout-attempt-unknown = 沒有第 { $attempt } 次撥款。
refusal-payout-not-reversible = 第 { $attempt } 次撥款尚未成功（{ $status }），不會有款項退回。
refusal-too-many-payout-attempts = 已嘗試撥款 { $count } 次，達到上限。
refusal-already-shipped = 商品已標示為已出貨。
refusal-deadline-not-running = 沒有該項時限。
refusal-withdraw-not-allowed = 目前規則不允許主動撤回協商方案。
refusal-negotiate-before-refuse = 須先發起協商並等協商結束，才能拒絕退款。
refusal-negotiation-not-open-to-seller = 協商功能正分批開放，該商家尚未開放。
refusal-fresh-goods-not-negotiable = 生鮮商品不支援此協商方案。
refusal-currency-mismatch = 該訂單的幣種是 { $currency }。
refusal-amount-not-positive = 金額須大於零。
refusal-amount-over-refundable = 最多還可退 { $max }。
refusal-amount-over-requested = 最多為買家申請的 { $max }。
refusal-return-needs-shipped-goods = 商品尚未發貨，無法退貨。
refusal-return-needs-freight-insurance = 訂單沒有運費險，不能協商為退貨退款。
refusal-return-address-required = 退貨退款須選擇退貨地址。
refusal-return-address-unknown = 商家沒有該退貨地址。
refusal-default-address-required = 必須有且僅有一個預設退貨地址。
refusal-reason-unknown = { $codes ->
    [none] 已沒有可選的原因，請只填寫文字。
   *[other] 請選擇一個原因：{ $codes }。
}
refusal-evidence-unknown = 所列檔案未由您加入該退款單，或已被刪除。
refusal-evidence-required = 選擇此原因須附上檔案：{ $reason }。
refusal-evidence-erased = 該檔案已從退款單刪除，不能再次加入。
refusal-refund-not-final = 退款尚未結束：要刪除的內容可能還會用到。結束前僅可依法律要求刪除，地址則須待結束後刪除。
refusal-note-names-files = 內部備註不能附上雙方都看得到的檔案。
refusal-offer-changes-nothing = 與買家申請的方案相同，沒有變化。
refusal-request-changes-nothing = 與目前申請相同，沒有變化。
refusal-extension-not-later = 新的時限須晚於 { $at }。
refusal-extension-too-far = 新的時限最晚為 { $at }。
