# Offers that a seller has prepared.
saved-title = 常用方案
saved-help = 可预先设置经常使用的协商方案。用于退款单时会换算为确切金额，发送前会先显示。
saved-none = 尚未设置常用方案。
saved-count =
    { $count ->
        [0] 新增常用方案
       *[other] 已有 { $count } 个，查看或新增
    }
saved-another = 新增常用方案
saved-terms = 方案内容
saved-of-requested = 申请金额的 { $percent }%
saved-of-paid = 实付金额的 { $percent }%
saved-amount-requested = 按申请金额的比例
saved-amount-paid = 按实付金额的比例
saved-amount-fixed = 固定金额
saved-fixed = 固定金额
saved-share-help = 大于 0 且不超过 100，最多两位小数。换算后的金额向下取整至最小货币单位。
saved-address-default = 发起协商时的默认地址
saved-address-gone = 地址 { $id } 已不存在
saved-languages =
    { $count ->
        [0] 无
       *[other] { $count } 种语言
    }
saved-remove = 移除此方案
saved-remove-help = 移除后不能再选用。已发起的协商不受影响。
saved-too-many = 常用方案已达上限，请先移除一个。
saved-fill-help = 已换算为这笔退款单的确切金额。点选后填入下方表单，不会直接发送。
saved-language = 说明语言：
saved-none-chosen = 不使用，按下方填写
saved-moved = 该常用方案在显示后已有变动，本次操作未执行。请重新查看。
bulk-saved-help = 每笔退款单按各自的确切金额协商，发送前会逐笔显示。选用后下方金额请留空；在此填写的说明会取代方案中的说明。
field-saved = 常用方案
field-saved-name = 方案名称
field-amount-of = 金额方式
field-percent = 百分比
field-currency = 币种
field-message-en = 英文
field-message-zh-hant = 繁体中文
field-message-zh-hans = 简体中文
mistake-share = 请填写百分比，例如 12.5。
mistake-share-decimals = 最多两位小数。
mistake-share-range = 须大于 0 且不超过 100。
mistake-currency = 请填写三个字母的币种代码，例如 CNY。
mistake-not-both = 已选择另一种金额方式，请留空。
mistake-beside-saved = 已选用常用方案，请留空。
mistake-saved-gone = 该方案已不存在，请选择其他方案。
