# Mail of notices.
mail-subject = { $what }: { $title }
mail-about = Order { $order } · { $seller }
mail-happened = What happened
mail-own = What you can do
mail-do-buyer-answer = Answer the offer
mail-do-buyer-respond = Respond to the refusal
mail-do-buyer-ship = Send the goods back
mail-do-seller-decide = Decide on the request
mail-do-seller-confirm = Confirm that the goods are back, or refuse them
mail-do-operator-rule = Rule on the refund
mail-do-payout-report = See what became of the payment
mail-open-buyer = Open your refund
mail-open-seller = Open the refund
mail-open-operator = Open the refund
mail-times = Times are in UTC; the page shows them in your time zone.
mail-times-of = Times are those of { $zone }.
mail-automatic-buyer = This mail was sent automatically, and answers to it are not read. Whoever has the link can act for you: pass it on to nobody.
mail-automatic-seller = This mail was sent automatically to those who are named in your settings, and answers to it are not read.
mail-automatic-operator = This mail was sent automatically to those who are named in the policy, and answers to it are not read.
# The mailbox of a demo.
nav-mailbox = Mailbox
mailbox-help = What buyers, sellers and the operator are told, the latest first, as they get it by mail. This page is the demo’s alone.
mailbox-none = Nobody has been told of anything yet. Whatever happens to a refund from now on is told here.
mailbox-open = Open the link
mailed-queued = Waits to be sent
mailed-accepted = Sent
mailed-failed = Not sent
