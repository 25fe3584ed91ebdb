# Offers that a seller has prepared.
saved-title = 常用方案
saved-help = 可預先設定經常使用的協商方案。用於退款單時會換算為確切金額，發送前會先顯示。
saved-none = 尚未設定常用方案。
saved-count =
    { $count ->
        [0] 新增常用方案
       *[other] 已有 { $count } 個，查看或新增
    }
saved-another = 新增常用方案
saved-terms = 方案內容
saved-of-requested = 申請金額的 { $percent }%
saved-of-paid = 實付金額的 { $percent }%
saved-amount-requested = 按申請金額的比例
saved-amount-paid = 按實付金額的比例
saved-amount-fixed = 固定金額
saved-fixed = 固定金額
saved-share-help = 大於 0 且不超過 100，最多兩位小數。換算後的金額向下取整至最小貨幣單位。
saved-address-default = 發起協商時的預設地址
saved-address-gone = 地址 { $id } 已不存在
saved-languages =
    { $count ->
        [0] 無
       *[other] { $count } 種語言
    }
saved-remove = 移除此方案
saved-remove-help = 移除後不能再選用。已發起的協商不受影響。
saved-too-many = 常用方案已達上限，請先移除一個。
saved-fill-help = 已換算為這筆退款單的確切金額。點選後填入下方表單，不會直接發送。
saved-language = 說明語言：
saved-none-chosen = 不使用，按下方填寫
saved-moved = 該常用方案在顯示後已有變動，本次操作未執行。請重新查看。
bulk-saved-help = 每筆退款單按各自的確切金額協商，發送前會逐筆顯示。選用後下方金額請留空；在此填寫的說明會取代方案中的說明。
field-saved = 常用方案
field-saved-name = 方案名稱
field-amount-of = 金額方式
field-percent = 百分比
field-currency = 幣別
field-message-en = 英文
field-message-zh-hant = 繁體中文
field-message-zh-hans = 簡體中文
mistake-share = 請填寫百分比，例如 12.5。
mistake-share-decimals = 最多兩位小數。
mistake-share-range = 須大於 0 且不超過 100。
mistake-currency = 請填寫三個字母的幣別代碼，例如 CNY。
mistake-not-both = 已選擇另一種金額方式，請留空。
mistake-beside-saved = 已選用常用方案，請留空。
mistake-saved-gone = 該方案已不存在，請選擇其他方案。
