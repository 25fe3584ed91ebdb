# Mail of notices.
mail-subject = { $what }：{ $title }
mail-about = 订单 { $order } · { $seller }
mail-happened = 最新进展
mail-own = 您可以做什么
mail-do-buyer-answer = 答复协商方案
mail-do-buyer-respond = 处理商家的拒绝
mail-do-buyer-ship = 寄回商品
mail-do-seller-decide = 处理退款申请
mail-do-seller-confirm = 确认收到退货，或拒绝收货
mail-do-operator-rule = 裁定退款
mail-do-payout-report = 查明付款结果
mail-open-buyer = 查看我的退款
mail-open-seller = 查看退款
mail-open-operator = 查看退款
mail-times = 邮件中的时间均为世界标准时间（UTC），网页上会显示您当地的时间。
mail-times-of = 邮件中的时间为 { $zone } 时区的当地时间。
mail-automatic-buyer = 本邮件由系统自动发送，请勿回复。任何人打开链接都能代您操作，请勿转发。
mail-automatic-seller = 本邮件由系统自动发送给您在设置中填写的联系人，请勿回复。
mail-automatic-operator = 本邮件由系统自动发送给规则设置中填写的联系人，请勿回复。
# The mailbox of a demo.
nav-mailbox = 邮箱
mailbox-help = 买家、商家和平台客服收到的邮件，最新的在前。此页面仅在演示中提供。
mailbox-none = 还没有通知。之后退款有任何进展，都会在这里显示。
mailbox-open = 打开链接
mailed-queued = 待发送
mailed-accepted = 已发送
mailed-failed = 未送出
