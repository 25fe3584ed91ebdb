# The frame of every page, and what is said in many places.
brand = 售后工作台
skip = 跳到正文
nav-label = 导航
nav-refunds = 退款管理
nav-people = 人员
sign-in = 登录
sign-out = 退出登录
preferences = 语言与显示 · Language
preferences-language = 语言
preferences-theme = 外观
preferences-zone = 时区
theme-auto = 跟随设备
theme-light = 浅色
theme-dark = 深色
save = 保存
back = 返回
back-to-queue = 返回列表
any = 全部
yes = 是
no = 否
footer = 时间以您所在的时区显示。
rule = 规则 { $rule }
possible-from = 可操作时间：
announce-changed = 页面内容已更新。
notice-changed = 在此期间，内容有了变化。
notice-changed-show = 查看最新内容
notice-lost = 连接已断开，页面内容可能不是最新，正在重新连接。
typed-again = 您在填写时已退出登录。先前填写的内容仍在此处，尚未提交。
typed-too-often = 短时间内操作过于频繁，本次操作未执行。{ $at } 起可再试，已填写的内容保留在此处。
addresses-moved = 页面显示后退货地址已有变化，本次操作未执行，请重新确认。
notice-moved = 页面打开后该退款单已有变化，本次操作未执行。下面是最新状态。
notice-moved-by = 其间的变化：{ $what }。
notice-too-often = 短时间内修改过于频繁，本次操作未执行。{ $at } 起可再试，已填写的内容保留在下方。
who-by-system = { $role }（由系统）
clock-label = 演示时钟
clock-now = 演示时钟：
clock-hour = 快进 1 小时
clock-next = 快进到下一个时限
clock-36h = 快进 36 小时

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
left-none = 已到时
span-under-a-minute = 不到 1 分钟
span-minutes = { $minutes } 分钟
span-hours = { $hours } 小时
span-hours-minutes = { $hours } 小时 { $minutes } 分钟
span-days = { $days } 天
span-days-hours = { $days } 天 { $hours } 小时

# What can be wrong with a form.
mistake-needed = 此项必填。
mistake-too-long = 最多 { $max } 个字符。
mistake-too-many-files = 最多 { $max } 个文件。
mistake-control = 包含无法显示的字符。
mistake-choose = 请选择一项。
mistake-at-sign = 请不要包含 @，系统会自动添加在名称之后。
mistake-hidden = 请不要包含不可见字符、改变文字方向的字符或全角 ＠。
mistake-of-seller = @ 之后是其他商家的编号，请更换名称。
mistake-amount = 请填写金额，例如 12.50。
mistake-amount-either = 是 { $one } 还是 { $other }？请不要使用逗号。
mistake-amount-zeros = { $one } 开头的 0 是多余的，请填写 { $other }。
mistake-amount-beside-close = 选择不予退款时请留空。
mistake-decimals =
    { $max ->
        [0] 该币种没有小数。
       *[other] 该币种最多 { $max } 位小数。
    }
mistake-password = 密码需为 { $min } 至 { $max } 个字符。
mistake-password-guessable = 此密码容易被猜中：过于常见、有规律，或包含您的名称。可以使用三四个互不相关的词。

# When something goes wrong.
trouble-home = 返回首页
trouble-again = 重新打开页面
trouble-not-found-title = 页面不存在
trouble-not-found = 没有这个页面，或您无权查看。
trouble-link-title = 链接已失效
trouble-link = 链接已过期，或已被新链接取代。请向您下单的平台索取新的链接。
trouble-forged-title = 请重新打开页面
trouble-forged = 表单不是从有效的页面提交的，本次操作未执行。请重新打开页面后再提交。
trouble-not-your-role-title = 您的角色不能进行此操作
trouble-not-your-role = 您的角色没有此权限，因此未执行任何操作。如工作需要，请让贵方的负责人更改您的角色。
trouble-too-often-title = 请稍候
trouble-too-often = 操作过于频繁，本次操作未执行，请稍后再试。
trouble-too-often-until = 短时间内操作过于频繁，本次操作未执行。{ $at } 起可再试。
trouble-unsure-title = 暂时无法确认结果
trouble-unsure = 存储响应超时。请稍后重新打开退款单，确认操作是否已完成，再决定是否重试。
trouble-held-title = 暂停处理中
trouble-held = 故障恢复期间，平台正在核对已到期的退款单。本次操作未执行，请稍后再试。
trouble-too-large-title = 内容过长
trouble-too-large = 提交的内容超出上限，本次操作未执行。
trouble-busy-title = 暂时无法处理
trouble-busy = 服务暂时无法处理，本次操作未执行，请稍后再试。
trouble-other-title = 无法完成操作
trouble-other = 本次操作未执行。如再次出现，请将下面的错误代码告知平台。
