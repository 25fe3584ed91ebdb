# Why something can't be done, rule by rule.
refusal-not-your-role = This is for: { $who }.
refusal-settling-held = Held for now: after an outage the operator looks through what fell due first.
refusal-seller-unknown = The seller has not been set up.
refusal-order-line-differs = The order line's first refund says otherwise.
refusal-refund-in-progress = Another refund on this order line is in progress.
refusal-too-many-refunds-on-line = The order line has had { $count } refunds, the most it may have.
refusal-too-many-messages = There are as many messages on this refund as your side may write.
refusal-too-many-files = There are as many files on this refund as your side may add ({ $count }).
refusal-negotiation-already-used = A refund has one negotiation, and it was used: it is { $status }.
refusal-offer-is-another = The answer is to another offer than the one there is.
refusal-offer-not-pending = There is no offer that could be answered or withdrawn.
refusal-deadline-passed = The offer ended at { $at }; the answer came too late.
refusal-wrong-status = Not while the refund stands at: { $status }.
refusal-payout-already-succeeded = It has been paid already.
refusal-payout-attempt-unknown = There is no attempt { $attempt } at the payment.
refusal-payout-not-reversible = Attempt { $attempt } has not been paid ({ $status }), so nothing can have come back.
refusal-too-many-payout-attempts = The payment has been tried { $count } times, the most it may be.
refusal-already-shipped = It is known already that the goods have been shipped.
refusal-deadline-not-running = No such deadline is running.
refusal-withdraw-not-allowed = Offers can't be taken back by hand here.
refusal-negotiate-before-refuse = An offer has to be made, and to have ended, before the refund may be refused.
refusal-negotiation-not-open-to-seller = Negotiation is opened to sellers batch by batch, and is not open to this one yet.
refusal-fresh-goods-not-negotiable = Not for fresh food, or only without a return.
refusal-currency-mismatch = The order was paid in { $currency }.
refusal-amount-not-positive = The amount has to be more than zero.
refusal-amount-over-refundable = At most { $max } can still be refunded.
refusal-amount-over-requested = At most { $max }, which the buyer asked for.
refusal-return-needs-shipped-goods = The goods were not shipped, so they can't come back.
refusal-return-needs-freight-insurance = A return can be offered only where the order has freight insurance.
refusal-return-address-required = A return needs an address.
refusal-return-address-unknown = The seller has no such address.
refusal-default-address-required = Exactly one address has to be the default.
refusal-reason-unknown = { $codes ->
    [none] No reasons are listed for this any more: say it in words alone.
   *[other] Choose one of the reasons: { $codes }.
}
refusal-evidence-unknown = A file is named that you have not added to this refund, or that was erased.
refusal-evidence-required = This reason has to be shown by files: { $reason }.
refusal-evidence-erased = This file was erased from the refund and can't be added again.
refusal-refund-not-final = The refund isn't over: what is to be erased of it may still be needed. Only the law can ask for it before, and an address stays until then.
refusal-note-names-files = A note can't name files, which both sides see.
refusal-offer-changes-nothing = That is what the buyer asked for already.
refusal-request-changes-nothing = That is what is asked for already.
refusal-extension-not-later = The new time has to be after { $at }.
refusal-extension-too-far = The new time can be { $at } at the latest.
