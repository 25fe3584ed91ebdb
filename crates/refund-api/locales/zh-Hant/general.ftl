# The frame of every page, and what is said in many places.
brand = 售後工作台
skip = 跳到正文
nav-label = 導覽
nav-refunds = 退款管理
nav-people = 人員
sign-in = 登入
sign-out = 登出
preferences = 語言與顯示 · Language
preferences-language = 語言
preferences-theme = 外觀
preferences-zone = 時區
theme-auto = 跟隨裝置
theme-light = 淺色
theme-dark = 深色
save = 儲存
back = 返回
back-to-queue = 返回列表
any = 全部
yes = 是
no = 否
footer = 時間以您所在的時區顯示。
rule = 規則 { $rule }
possible-from = 可操作時間：
announce-changed = 頁面內容已更新。
notice-changed = 在此期間，內容有了變化。
notice-changed-show = 查看最新內容
notice-lost = 連線已中斷，頁面內容可能不是最新，正在重新連線。
typed-again = 您在填寫時已登出。先前填寫的內容仍在此處，尚未提交。
typed-too-often = 短時間內操作過於頻繁，本次操作未執行。{ $at } 起可再試，已填寫的內容保留在此處。
addresses-moved = 頁面顯示後退貨地址已有變動，本次操作未執行，請重新確認。
notice-moved = 頁面開啟後該退款單已有變化，本次操作未執行。下面是最新狀態。
notice-moved-by = 其間的變化：{ $what }。
notice-too-often = 短時間內修改過於頻繁，本次操作未執行。{ $at } 起可再試，已填寫的內容保留在下方。
who-by-system = { $role }（由系統）
clock-label = 示範時鐘
clock-now = 示範時鐘：
clock-hour = 快進 1 小時
clock-next = 快進到下一個時限
clock-36h = 快進 36 小時

# How a reader of the language writes amounts, times and lengths of time.
money =
    { $currency ->
        [CNY] ¥{ $value }
        [EUR] €{ $value }
        [GBP] £{ $value }
        [HKD] HK${ $value }
        [JPY] JP¥{ $value }
        [TWD] NT${ $value }
        [USD] US${ $value }
       *[other] { $currency } { $value }
    }
instant = { $year }年{ $month }月{ $day }日 { $time }（{ $zone }）
day = { $month }月{ $day }日
left-none = 已到時
span-under-a-minute = 不到 1 分鐘
span-minutes = { $minutes } 分鐘
span-hours = { $hours } 小時
span-hours-minutes = { $hours } 小時 { $minutes } 分鐘
span-days = { $days } 天
span-days-hours = { $days } 天 { $hours } 小時

# What can be wrong with a form.
mistake-needed = 此項必填。
mistake-too-long = 最多 { $max } 個字元。
mistake-too-many-files = 最多 { $max } 個檔案。
mistake-control = 包含無法顯示的字元。
mistake-choose = 請選擇一項。
mistake-at-sign = 請不要包含 @，系統會自動加在名稱之後。
mistake-hidden = 請不要包含不可見字元、改變文字方向的字元或全形 ＠。
mistake-of-seller = @ 之後是其他商家的編號，請更換名稱。
mistake-amount = 請填寫金額，例如 12.50。
mistake-amount-either = 是 { $one } 還是 { $other }？請不要使用逗號。
mistake-amount-zeros = { $one } 開頭的 0 是多餘的，請填寫 { $other }。
mistake-amount-beside-close = 選擇不予退款時請留空。
mistake-decimals =
    { $max ->
        [0] 該幣種沒有小數。
       *[other] 該幣種最多 { $max } 位小數。
    }
mistake-password = 密碼需為 { $min } 至 { $max } 個字元。
mistake-password-guessable = 此密碼容易被猜中：過於常見、有規律，或包含您的名稱。可以使用三四個互不相關的詞。

# When something goes wrong.
trouble-home = 返回首頁
trouble-again = 重新開啟頁面
trouble-not-found-title = 頁面不存在
trouble-not-found = 沒有這個頁面，或您無權查看。
trouble-link-title = 連結已失效
trouble-link = 連結已過期，或已被新連結取代。請向您下單的平台索取新的連結。
trouble-forged-title = 請重新開啟頁面
trouble-forged = 表單不是從有效的頁面提交的，本次操作未執行。請重新開啟頁面後再提交。
trouble-not-your-role-title = 您的角色不能進行此操作
trouble-not-your-role = 您的角色沒有此權限，因此未執行任何操作。如工作需要，請讓貴方的負責人變更您的角色。
trouble-too-often-title = 請稍候
trouble-too-often = 操作過於頻繁，本次操作未執行，請稍後再試。
trouble-too-often-until = 短時間內操作過於頻繁，本次操作未執行。{ $at } 起可再試。
trouble-unsure-title = 暫時無法確認結果
trouble-unsure = 儲存回應逾時。請稍後重新開啟退款單，確認操作是否已完成，再決定是否重試。
trouble-held-title = 暫停處理中
trouble-held = 故障恢復期間，平台正在核對已到期的退款單。本次操作未執行，請稍後再試。
trouble-too-large-title = 內容過長
trouble-too-large = 提交的內容超出上限，本次操作未執行。
trouble-busy-title = 暫時無法處理
trouble-busy = 服務暫時無法處理，本次操作未執行，請稍後再試。
trouble-other-title = 無法完成操作
trouble-other = 本次操作未執行。如再次出現，請將下面的錯誤代碼告知平台。
