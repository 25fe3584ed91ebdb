# Offers that a seller has prepared.
saved-title = Prepared offers
saved-help = An offer that you make often. For a refund it comes to an exact amount, which you see before anything is sent.
saved-none = Nothing has been prepared yet.
saved-count =
    { $count ->
        [0] Prepare one
        [one] One offer, and another
       *[other] { $count } offers, and another
    }
saved-another = Prepare another
saved-terms = What is offered
saved-of-requested = { $percent } % of what is asked for
saved-of-paid = { $percent } % of what was paid
saved-amount-requested = A share of what the buyer asks for
saved-amount-paid = A share of what was paid for the order
saved-amount-fixed = A fixed amount
saved-fixed = Fixed amount
saved-share-help = More than 0 and at most 100, with at most two decimals. What it comes to is rounded down.
saved-address-default = The address that is the default then
saved-address-gone = { $id } is not among the addresses any more
saved-languages =
    { $count ->
        [0] None
        [one] In one language
       *[other] In { $count } languages
    }
saved-remove = Remove this offer
saved-remove-help = It is not there to be chosen any more. Offers that were made stay as they are.
saved-too-many = There are as many as there can be. Remove one first.
saved-fill-help = Each with the amount that it comes to here. It fills the form below; nothing is sent by it.
saved-language = Message in
saved-none-chosen = None: as written below
saved-moved = The prepared offer has changed since this was shown, so nothing was done. Look at it again.
bulk-saved-help = Each refund gets the exact amount that it comes to there, shown before anything is sent. Then leave the amount below empty; a message that is written here takes the place of its own.
field-saved = Prepared offer
field-saved-name = What it is called
field-amount-of = How much
field-percent = Percent
field-currency = Currency
field-message-en = In English
field-message-zh-hant = In traditional Chinese
field-message-zh-hans = In simplified Chinese
mistake-share = a percentage such as 12.5 is expected.
mistake-share-decimals = at most two decimals are taken.
mistake-share-range = more than 0 and at most 100 is expected.
mistake-currency = a code of three letters such as CNY is expected.
mistake-not-both = leave it empty: how much is said otherwise.
mistake-beside-saved = leave it empty: the prepared offer says how much.
mistake-saved-gone = it is not there any more; choose another.
