# The queue.
queue-title = Refunds
queue-filter = Show
queue-none = No refunds yet. They appear here by themselves.
queue-none-match = Nothing matches.
queue-choose = Choose
queue-choose-one = Choose order { $order }
queue-choose-all = Choose all on this page
queue-goods = Goods
queue-asked = Asked for
queue-left = Time left
queue-pages = Pages
queue-first = To the first page
queue-next = Next page
queue-previous = Previous page
queue-tabs = Piles
queue-words = Order, goods, buyer or tracking number
queue-sort = Order of the list
queue-finer = More filters
queue-reason = Buyer's reason
queue-from = Opened from
queue-to = Opened until
queue-least = At least (amount)
queue-most = At most (amount)
queue-extent = { $from }–{ $to } of { $total }
queue-new = New
queue-soon = Due soon
queue-fresh = New refunds: { $count }. Show them
queue-beside = In the list
queue-one-before = Previous refund
queue-one-behind = Next refund
queue-of = { $total } in the list
queue-silence-waiting = What you have not answered when its time is up counts as agreed, as the buyer asked for it.
queue-silence-offers = An offer that the buyer has not answered when its time is up expires, and it is your turn again.
queue-silence-returns = A return that the buyer does not send in time is closed. One that has been sent and that you do not confirm in time is paid.
queue-silence-escalated = The operator decides. Nothing happens by itself.
tab-waiting = Waiting for me
tab-offers = Offers out
tab-returns = Returns on the way
tab-escalated = With the operator
tab-all = All
tab-of-waiting = Waiting for the seller
tab-of-offers = Offers out
tab-of-returns = Returns on the way
tab-of-escalated = To be ruled on
tab-of-all = All
sort-deadline = Most urgent first
sort-newest = Newest first
sort-oldest = Oldest first
sort-largest = Largest amount first
sort-smallest = Smallest amount first
shortcut-title = Keys
shortcut-step = To the next or the previous refund
shortcut-open = Open it
shortcut-tick = Tick it
shortcut-seek = Look for something
shortcut-help = Show this
shortcut-decide = No key decides anything by itself.
shortcut-on = These keys are on
shortcut-close = Close
offer-short = Offer:
escalated-short = Operator called in
bulk-title = All chosen refunds
bulk-help = Tick refunds above. What will be done with them is shown first, and done once you confirm it.
bulk-offer-help = Refund only, of this same amount, on each.
bulk-nothing-ticked = No refund was chosen.
bulk-result = Result
bulk-done = { $done } of { $all } done.
bulk-possible = { $possible } of { $all } will be done, each by itself.
bulk-sum-agree = To be refunded, as asked for:
bulk-sum-refuse = Refused:
bulk-sum-make-offer = Offered:
bulk-withdrawn =
    { $count ->
        [one] One open offer is withdrawn by it.
       *[other] { $count } open offers are withdrawn by it.
    }
bulk-only-chance = This is the only offer that each of these refunds can have.
bulk-will = What will happen
bulk-confirm-agree =
    { $count ->
        [one] Agree to this refund
       *[other] Agree to these { $count } refunds
    }
bulk-confirm-refuse =
    { $count ->
        [one] Refuse this refund
       *[other] Refuse these { $count } refunds
    }
bulk-confirm-make-offer =
    { $count ->
        [one] Send this offer
       *[other] Send these { $count } offers
    }
bulk-otherwise = Write it otherwise
bulk-look = See what will be done
bulk-moved = Somebody was faster: it has changed since you ticked it, so nothing is done with it.

# One refund.
refund-title = Refund
refund-clocks = Whose turn it is
refund-until = Until
refund-silence = If nothing is done:
refund-escalated = The operator decides; no clock runs.
refund-actions = What you can do
refund-no-actions = Nothing at the moment.
refund-only-looks = Your role looks on. To decide or write here, ask an owner among your people for the role of a clerk.
refund-not-possible = What is not possible now, and why
address-default = default
refund-earlier =
    { $count ->
        [one] One other refund with this shop
       *[other] { $count } other refunds with this shop
    }: { $paid } paid, { $open } under way
refund-no-offer = No offer is possible:
refund-terms = Terms
terms-requested = Asked for
terms-offered = Offered
terms-effective = Agreed
agreed-offline-told = Agreed with the buyer beforehand.
refund-refusal = The seller's reason
refund-shipment = Sent back with
refund-goods = Goods
refund-history = What has happened
history-earlier = What came before
history-latest = To the latest
rule-refund = Refund an amount
rule-close = Close without payment
message-write = Write a message
message-write-seller = Write to the seller
message-for-all = Buyer, seller and operator
message-internal = Internal note: seller and operator read it, the buyer never does
message-for-operators = Operators alone: neither buyer nor seller ever read it
message-send = Send

# The offer.
offer-title = Negotiate the refund
offer-own = Your offer
offer-lead = Come to terms with the buyer first. The offer only puts it on record.
offer-only-chance = This is the only offer that this refund can have.
offer-range = From { $min } to { $max }
offer-address-help = Counts for a return only.
offer-insured = The order has freight insurance.
offer-expires = The buyer can answer until
offer-review = See it as the buyer will
offer-as-buyer-sees = What the buyer will see
offer-accepts = The buyer accepts
offer-rejects = The buyer rejects
offer-silent = Nobody does anything
offer-if-accepted-paid = The refund is agreed at once: { $amount } is paid, nothing comes back. You do nothing more.
offer-if-accepted-return = The return is agreed at once. { $amount } is paid when the goods are back.
offer-if-rejected = The refund is as it was, and you still have to decide.
offer-if-silent = The offer expires.
offer-send = Send the offer
offer-edit = Change it

# The ruling.
ruling-max = At most { $max }
ruling-since = Waiting since
ruling-by = To be ruled by
ruling-sides = What each side says and shows
ruling-silent = Nothing.
ruling-earlier =
    { $paid ->
        [0] { $closed ->
            [0] There was no ruling on this seller before.
           *[other] Earlier rulings on this seller: { $closed } closed without payment, none paid the buyer.
        }
       *[other] Earlier rulings on this seller: { $paid } paid the buyer, { $closed } closed without payment.
    }
ruling-review = See what it will mean
ruling-final = A ruling is final: it can be neither changed nor taken back.
ruling-rules = What you rule
ruling-buyer-paid = is paid { $amount }.
ruling-buyer-nothing = is paid nothing.
ruling-seller-bears = bears { $amount }.
ruling-seller-nothing = pays nothing.
ruling-will = What will happen
ruling-confirm = Rule so
payout-paid-twice = Paid more than once: bring one of the payments back, and have it reported.
payout-attempts = Attempts to pay

# Evidence (R43)
files-title = Photos and documents
files-empty = None yet.
files-add = Add photos or documents
files-choose = Photos or PDF
files-help = Up to 10 at a time, each up to 10 MB. Buyer, seller and operator see them. Where a photo was taken is removed from it.
files-name = Which of your photos and documents show it
files-send = Add
files-on-their-way = How much has been sent
files-erased = Erased
files-erase = Erase…
files-erase-means = Nothing brings it back. That it was there, who added it and that it was erased stays.
files-erase-yes = Erase for good
files-too-large-here = One of the files has more than 10 MB. Choose a smaller one.
files-broke-off = The files could not be sent. Check the connection and try again.
files-too-large = “{ $what }” is too large: up to 10 MB, and no picture of more than 54 million pixels.
files-not-taken = “{ $what }” can't be read. Photos (JPEG, PNG, WebP) and PDF are taken.
files-too-many = At most { $what } at a time: those before that were added.
files-none = No file was chosen.
file-image-jpeg = Photo
file-image-png = Picture
file-application-pdf = PDF
# The buyer's link.
buyer-link = Buyer's link
buyer-link-help = Makes a new link to the buyer's page and shows it once, to be copied. Those before it open nothing any more, in mails too. The audit says who made it.
buyer-link-replace = Make a new link
buyer-link-new = The buyer's new link:
buyer-link-once = It is shown this once. Whoever has it can act for the buyer: give it to nobody else.
refund-erased = { $what }: erased on { $at } by the { $who }
erasure-title = Erase personal data
erasure-means = What is known of people on this refund is taken out of it, of its history and of every file.
erasure-final = Nothing brings it back.
erasure-goes = What goes
erasure-stays = What stays
erasure-stays-means = What happened, when, by which side and for how much; what was bought; and that this was erased.
erasure-final-refund = The refund is over
erasure-law = The law asks for it, also while the refund goes on
erasure-reason-stays = This reason stays for ever: name nobody in it.
erasure-review = See what it will mean
erasure-confirm = Erase it for good
