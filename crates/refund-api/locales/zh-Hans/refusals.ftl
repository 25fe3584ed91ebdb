# Why something can't be done, rule by rule.
refusal-not-your-role = 此操作仅限：{ $who }。
refusal-settling-held = 暂停处理：故障恢复期间，平台正在核对已到期的退款单。
refusal-seller-unknown = 商家尚未设置。
refusal-order-line-differs = 与该子订单首次退款的信息不一致。
refusal-refund-in-progress = 该子订单已有进行中的退款单。
refusal-too-many-refunds-on-line = 该子订单已有 { $count } 笔退款单，达到上限。
refusal-too-many-messages = 该退款单的留言数量已达上限。
refusal-too-many-files = 该退款单的文件数量已达上限（{ $count } 个）。
refusal-negotiation-already-used = 一笔退款单只有一次协商机会，已使用（{ $status }）。
refusal-offer-is-another = 答复的不是当前的协商方案。
refusal-offer-not-pending = 没有可答复或可撤回的协商方案。
refusal-deadline-passed = 协商方案已于 { $at } 过期，答复已超时。
refusal-wrong-status = 当前状态（{ $status }）不能执行此操作。
refusal-payout-already-succeeded = 已打款成功。
refusal-payout-attempt-unknown = 没有第 { $attempt } 次打款。
refusal-payout-not-reversible = 第 { $attempt } 次打款尚未成功（{ $status }），不会有款项退回。
refusal-too-many-payout-attempts = 已尝试打款 { $count } 次，达到上限。
refusal-already-shipped = 商品已标示为已发货。
refusal-deadline-not-running = 没有该项时限。
refusal-withdraw-not-allowed = 当前规则不允许主动撤回协商方案。
refusal-negotiate-before-refuse = 须先发起协商并等协商结束，才能拒绝退款。
refusal-negotiation-not-open-to-seller = 协商功能正分批开放，该商家尚未开放。
refusal-fresh-goods-not-negotiable = 生鲜商品不支持此协商方案。
refusal-currency-mismatch = 该订单的币种是 { $currency }。
refusal-amount-not-positive = 金额须大于零。
refusal-amount-over-refundable = 最多还可退 { $max }。
refusal-amount-over-requested = 最多为买家申请的 { $max }。
refusal-return-needs-shipped-goods = 商品尚未发货，无法退货。
refusal-return-needs-freight-insurance = 订单没有运费险，不能协商为退货退款。
refusal-return-address-required = 退货退款须选择退货地址。
refusal-return-address-unknown = 商家没有该退货地址。
refusal-default-address-required = 必须有且仅有一个默认退货地址。
refusal-reason-unknown = { $codes ->
    [none] 已没有可选的原因，请只填写文字。
   *[other] 请选择一个原因：{ $codes }。
}
refusal-evidence-unknown = 所列文件未由您添加到该退款单，或已被删除。
refusal-evidence-required = 选择此原因须附上文件：{ $reason }。
refusal-evidence-erased = 该文件已从退款单删除，不能再次添加。
refusal-refund-not-final = 退款尚未结束：要删除的内容可能还会用到。结束前仅可依法律要求删除，地址则须待结束后删除。
refusal-note-names-files = 内部备注不能附上双方都看得到的文件。
refusal-offer-changes-nothing = 与买家申请的方案相同，没有变化。
refusal-request-changes-nothing = 与当前申请相同，没有变化。
refusal-extension-not-later = 新的时限须晚于 { $at }。
refusal-extension-too-far = 新的时限最晚为 { $at }。
