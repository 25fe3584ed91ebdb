# The operator's pages.
nav-escalated = To rule on
nav-rollout = Roll-out
settings-moved = Somebody else has changed this since the page was made, so nothing was done. Below is how it stands now.
settings-done-saved = Saved.
settings-done-added = Added.
settings-done-removed = Removed.
settings-done-opened = The batch is open.
settings-done-closed = The batch is closed.
settings-done-taken-out = Taken out.
edit = Change
field-percentage = Percentage
field-batch-name = Name of the batch
field-opens-at = Opens by itself at
field-sellers = Seller ids
mistake-id = 1 to 64 letters, digits or signs without spaces are expected.
mistake-percentage = a whole number from 0 to 100 is expected.
mistake-instant = this is no time that there is.

# The roll-out.
rollout-title = Roll-out
rollout-help = Asked in this order: never, always, an open batch, the percentage. A change takes nothing back: offers that were made stand.
rollout-batches = Batches
rollout-no-batches = There are none.
rollout-open = open
rollout-closed = not open
rollout-opens-at = opens by itself at { $at }
rollout-opened-at = opened by itself at { $at }
rollout-open-now = Open now
rollout-open-at-once = Open at once
rollout-close = Close
rollout-sellers =
    { $count ->
        [one] { $count } seller
       *[other] { $count } sellers
    }
rollout-more = and { $count } more
rollout-put-in = Put in
rollout-take-out = Take out
rollout-sellers-help = Several, set apart by spaces, commas or lines.
rollout-add-batch = Add a batch
rollout-remove-batch = Remove the batch
rollout-check = Is a seller in?
rollout-check-do = Look
rollout-percentage-help = Sellers are chosen by their id and always in the same way: raising the number only adds some.
rollout-percentage-of = Out of 100 sellers
rollout-list-allow = Always
rollout-list-deny = Never
rollout-list-help-allow = Open to these sellers, whatever the batches say.
rollout-list-help-deny = Not open to these sellers, whatever all else says.
rollout-lose =
    { $count ->
        [0] None of { $all } sellers loses it.
        [one] One of { $all } sellers can make no offers any more:
       *[other] { $count } of { $all } sellers can make no offers any more:
    }
rollout-offers-go-on = Offers that are open go on, and their buyers can still answer them.
rollout-unknown = Not set up as sellers, so look whether the ids are right:
rollout-does-percentage = The percentage
rollout-does-close = Close the batch
rollout-does-remove = Remove the batch
rollout-does-take-out = Take out
rollout-does-add = Put in
rollout-does-save = Change the batch
because-deny = it is on the list of those that never are.
because-allow = it is on the list of those that always are.
because-batch = it is in a batch that is open.
because-percentage = it is within the percentage.
because-not-yet = it is in nothing that is open.
because-not-yet-until = its batch opens by itself at { $at }.

# Statistics.
nav-stats = Statistics
stats-title = Statistics
stats-help = Days are those of UTC. Each thing counts on the day on which it happened: an offer of Monday that is accepted on Tuesday is made on Monday and accepted on Tuesday.
stats-none = Nothing was counted on these days.
stats-total = All days
stats-day = Day
stats-by-day = The numbers, day by day
stats-made = Offers made
stats-accepted = Accepted
stats-rejected = Rejected
stats-expired = Expired
stats-withdrawn = Withdrawn
stats-silence = Decided by silence
stats-median = Half answered within
stats-asked = Asked for
stats-kept = Kept
stats-chart-offers = Offers, and what came of them
stats-chart-kept = Kept by accepted offers ({ $currency })
stats-presets = Which days
stats-preset-today = Today
stats-preset-week = 7 days
stats-preset-days = 30 days
stats-preset-month = This month
stats-before = Before:
stats-compared = “Before” is the same number of days right before: { $one } to { $other }.
stats-by-seller = By seller
stats-sellers-cut = The first { $shown } of { $all } sellers; all of them are in the CSV.
stats-csv-days = Days as CSV
stats-csv-sellers = Sellers as CSV
stats-csv-reasons = Reasons as CSV
field-from = From
field-to = To
mistake-day = a day such as 2026-03-01 is expected.
mistake-days = at most { $max } days are taken, the first one first.

# The policy.
nav-policy = Policy
policy-title = Policy
policy-help = What holds for every seller that has nothing of its own. Before anything is saved you see what it will mean.
policy-now = Now:
policy-unit = Unit
policy-review-do = See what this will mean
policy-review = What the change will mean
policy-keeps-all = New settings come after what was due under the old, and touch no running deadline and no offer.
policy-applies = Applies to:
policy-overriders = It means nothing for these sellers, who have values of their own
policy-overriders-cut = There are more sellers than were looked at.
policy-idle-reminders = Reminders that would never fire, because the deadline is too short
policy-looked-back = What it would have meant
policy-too-late = In the last { $days } days buyers answered { $all } offers, { $later } of them later than that: these offers would have expired.
policy-save = Make the change
policy-edit = Change it
policy-unchanged = That is what the policy is already.
none = none
unit-days = days
unit-hours = hours
unit-minutes = minutes
unit-seconds = seconds
unit-days-of =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
unit-hours-of =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
unit-minutes-of =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
unit-seconds-of =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
fresh-goods-deny = nothing
fresh-goods-refund-only = offer a refund only
fresh-goods-allow = as for any other goods
payout-mode-immediate = at once
payout-mode-confirmed = when the payment is reported
mistake-whole = a whole number is expected.
mistake-span = a length of time from 1 minute to 90 days is expected.
mistake-spans = at most 5, each different, from 1 minute to 90 days.
mistake-count = a whole number from 1 to 100 is expected.

# What each field of the policy means, to what a change applies, and what it leaves: as the rules say it.
policy-seller-decide-seconds = How long the seller has to decide
policy-applies-seller-decide-seconds = Refunds opened, and requests changed, from then on.
policy-keeps-seller-decide-seconds = A seller's deadline that runs stays where it is.
policy-buyer-answer-seconds = How long the buyer has to answer an offer, at most until the seller's deadline
policy-applies-buyer-answer-seconds = Offers made from then on.
policy-keeps-buyer-answer-seconds = An open offer ends when it would have.
policy-buyer-respond-seconds = How long the buyer has to act after a refusal, of the refund or of the parcel
policy-applies-buyer-respond-seconds = Refusals from then on.
policy-keeps-buyer-respond-seconds = A buyer's deadline after a refusal stays where it is.
policy-buyer-ship-seconds = How long the buyer has to ship a return
policy-applies-buyer-ship-seconds = Returns agreed from then on, by silence too.
policy-keeps-buyer-ship-seconds = A deadline to ship that runs stays where it is.
policy-seller-confirm-seconds = How long the seller has to confirm the receipt, from shipping
policy-applies-seller-confirm-seconds = Returns shipped from then on.
policy-keeps-seller-confirm-seconds = A deadline to confirm that runs stays where it is.
policy-operator-rule-seconds = How long the operator has to rule, from being called in, before that is overdue
policy-applies-operator-rule-seconds = Calls of the operator from then on.
policy-keeps-operator-rule-seconds = A deadline to rule that runs stays where it is.
policy-payout-report-seconds = How long a payout may be out, or wait after a failure, before that is overdue
policy-applies-payout-report-seconds = Attempts, failures and reversals from then on.
policy-keeps-payout-report-seconds = A deadline of a payout that runs stays where it is.
policy-reminders-seconds = How long before each deadline its party is reminded
policy-applies-reminders-seconds = Deadlines set or extended from then on.
policy-keeps-reminders-seconds = Deadlines that run keep their reminders.
policy-fresh-goods = What negotiation may do with fresh goods
policy-applies-fresh-goods = Offers made from then on.
policy-keeps-fresh-goods = An open offer on fresh goods can still be answered.
policy-cap-at-requested = Whether an offer may be at most what the buyer asked for
policy-applies-cap-at-requested = Offers made from then on.
policy-keeps-cap-at-requested = An open offer keeps its amount.
policy-return-needs-freight-insurance = Whether an offered return needs freight insurance on the order
policy-applies-return-needs-freight-insurance = Offers made from then on.
policy-keeps-return-needs-freight-insurance = An open offer of a return can still be answered.
policy-allow-withdraw = Whether the seller may withdraw an offer by hand
policy-applies-allow-withdraw = Every open offer, from then on.
policy-keeps-allow-withdraw = What was withdrawn stays withdrawn.
policy-negotiate-before-refuse = Whether the seller has to negotiate before refusing
policy-applies-negotiate-before-refuse = Refusals from then on, also of refunds that are open already.
policy-keeps-negotiate-before-refuse = What was refused stays refused.
policy-payout = How an agreed refund is paid
policy-applies-payout = Refunds agreed from then on, by silence too.
policy-keeps-payout = A refund that is agreed already is paid as it was agreed.
policy-refunds-per-line-max = How many refunds an order line may ever have
policy-applies-refunds-per-line-max = Refunds opened from then on.
policy-keeps-refunds-per-line-max = Refunds that are open already go on.
policy-notices = Whether the parties and the operator are told of what concerns them, by notices
policy-applies-notices = What happens from then on.
policy-keeps-notices = Notices that were asked for are sent.
policy-operator-contacts = Who at the operator's is told by mail of what concerns the operator
policy-applies-operator-contacts = Notices that are mailed from then on.
policy-keeps-operator-contacts = What somebody has been told by mail they have.
policy-silence-needs-notice = Whether a deadline by which a party can lose acts only if a notice that names it was sent in time
policy-applies-silence-needs-notice = Deadlines set from then on, and notices are made whether they are on or not.
policy-keeps-silence-needs-notice = A deadline that runs acts as it would have.
policy-notice-before-seconds = How long before a deadline a notice that names it has to have been sent
policy-applies-notice-before-seconds = Deadlines set from then on.
policy-keeps-notice-before-seconds = A deadline that runs keeps its own.
policy-notice-grace-seconds = By how much a deadline moves, once, of which no notice was sent in time
policy-applies-notice-grace-seconds = Deadlines set from then on.
policy-keeps-notice-grace-seconds = A deadline that runs keeps its own.
policy-reasons = Which reasons there are to ask for a refund, to refuse it or its parcel, and to call the operator in: where some are listed, one of them is named
policy-applies-reasons = Requests, refusals and calls of the operator from then on, also on refunds that are open already.
policy-keeps-reasons = A reason that was named stays, whether the list has it still or not.

# Sellers.
nav-sellers = Sellers
nav-settings = Settings
sellers-title = Sellers
sellers-open = Open
sellers-none = No sellers yet.
sellers-add = Set up a seller
sellers-add-help = Its name and the address that goods go back to; everything else can follow.
sellers-there = There is a seller of that id already.
sellers-unknown = There is no such seller.
sellers-own = Own policy values
sellers-back = All sellers
seller-title = Seller
seller-addresses = Return addresses
seller-addresses-help = Exactly one is the default: goods go there when nobody names another. A change leaves offers and refunds that were made.
seller-another = Another address
seller-contacts = Told by mail
seller-contacts-help = Who gets a mail about requests and what becomes of them, at most five. Take an address out to end it.
seller-another-contact = Another contact
seller-contact-kinds = Only these; everything where none is ticked:
field-contact-email = E-mail address
field-contact-language = Language
field-contact-zone = Time zone of its mails
notice-kind-request = Requests
notice-kind-offer = Offers and answers
notice-kind-decision = Decisions and endings
notice-kind-shipment = Goods sent
notice-kind-payment = Payments
notice-kind-reminder = Reminders
notice-kind-escalation = Calls of the operator
notice-kind-message = Messages
mistake-email = this is no e-mail address.
mistake-contacts = there can be five contacts at the most.
mistake-contact-twice = this address is there twice.
mistake-zone = this is no time zone: type one such as Asia/Shanghai, or leave it empty for UTC.
contacts-help = One contact a line: the address, and behind it, where they are known, the language, the time zone, and of what they are told (payment, reminder, escalation; of everything where nothing is named), such as: desk@example.com en Europe/Berlin escalation. A - stands where there is none.
mistake-contact-line = line { $max } is no contact: an address is expected, a language, a time zone such as Asia/Shanghai, and of what they are told.
mistake-contact-lines = there can be five contacts at the most, each address once.
seller-default = Default
seller-remove = Remove
seller-policy = Policy
seller-policy-help = All that is not ticked is as the platform has it.
seller-own = A value of its own
mistake-not-own = it was changed, and “A value of its own” is not ticked. Tick it, or leave the field as it was.
seller-platform = Platform:
seller-no-people = Nobody signs in for this seller yet.
field-seller-id = Seller id
field-seller-name = Seller's name
field-recipient = Recipient
field-phone = Phone
field-address = Address
field-default = Default
mistake-default = exactly one address that stays has to be the default.
mistake-addresses = at most { $max } addresses are taken.

# Keys.
nav-keys = Keys
keys-title = API keys
keys-help = With these, programs call the API. A secret is shown when a key is made, and never again.
keys-secret-of = The secret of the key
keys-secret-once = It is shown this once. Keep it where only that program finds it.
keys-try = Try it: run the first line and paste the secret, which is not shown, then run the second.
keys-docs = How the API is called
keys-make = Make a key
keys-used = Last used
keys-never = never
keys-good = valid
keys-expired = expired
keys-revoked = revoked
keys-expires = until { $at }
keys-revoke = Revoke
keys-revoke-help = It opens nothing any more, at once and for ever.
keys-seller-id = Seller id, for a seller's key
keys-made-before = This key was made already, and its secret was shown then. Whoever does not have it revokes the key and makes another.
settings-done-revoked = The key opens nothing any more.
field-key-name = Name
field-scope = Good for
field-expires-at = Valid until
scope-full = everything its role may do
scope-read = reading
mistake-past = that is past already.

# Webhooks.
nav-webhooks = Webhooks
webhooks-title = Webhooks
webhooks-help = What happens is sent to these addresses, signed by the Standard Webhooks specification.
webhooks-none = No endpoints yet.
webhooks-owner = Whose
webhooks-types = Told of
webhooks-types-help = Of everything, if nothing is ticked.
webhooks-all-types = everything
webhooks-on = on
webhooks-off = off
webhooks-given-up =
    { $count ->
        [one] One endpoint was switched off because nothing got through to it. Once it is mended, switch it on again.
       *[other] { $count } endpoints were switched off because nothing got through to them. Once they are mended, switch them on again.
    }
webhooks-make = Add an endpoint
webhooks-url-help = https, to a public address.
webhooks-too-many = There are as many endpoints as one owner may have. Remove one that is not needed any more.
webhooks-secret-of = Messages are signed with this secret:
webhooks-secret-new = From now on messages are signed with this secret:
webhooks-secret-once = It is shown this once. The receiver needs it to know that messages are ours.
webhooks-back = All endpoints
webhook-title = Endpoint
webhook-terms = Where it is, and what it is told of
webhook-waiting = Waiting to be sent
webhook-waits-since = since { $at }
webhook-both-until = The secret before is valid until
webhook-ping = Send a test message
webhook-enable = Switch on
webhook-disable = Switch off
webhook-rotate = New secret
webhook-rotate-help = For 24 hours messages are signed with the present one too.
webhook-remove = Remove
webhook-remove-help = What waits to be sent to it is gone as well.
webhook-given-up = Nothing is sent to it any more. What came of each attempt is listed below. Once it is mended, switch it on: what waits is sent then, and what happens until then can be sent by its id (redeliver).
webhook-deliveries = What was sent
webhook-no-deliveries = Nothing was sent.
webhook-event = Event
webhook-attempts = Attempts
webhook-again = Send again
webhook-all-again = Send all again that failed
webhook-next = next attempt { $at }
webhook-answered = Answered with { $status }, after { $ms } ms
webhook-no-answer = No answer ({ $why }), after { $ms } ms
delivery-pending = waiting
delivery-succeeded = delivered
delivery-failed = failed
off-asked = somebody switched it off
off-gone = it answered that it is gone for ever
off-failing = nothing got through for too long
settings-done-on = The endpoint is on.
settings-done-off = The endpoint is off.
settings-done-again = It is sent again.
field-url = Address
field-description = Description
mistake-url = nothing is sent there: an https address is expected that is public and names no user.

# Health.
nav-health = Health
health-title = Health
health-ready = The server carries commands out.
health-not-ready = The server carries nothing out at the moment. What fails is below.
health-held = Nothing is decided by silence at the moment: settling is held after an outage (R36).
health-checks = What is looked at
health-well = well
health-failing = failing
check-store = Store
check-clock = The machine's clock
check-disk = Space on the disk
check-deliveries = The delivery book
check-remedy-store = Look at the disk and the log, then restart the server.
check-remedy-clock = Set the machine's clock.
check-remedy-disk = Make space on the disk.
check-remedy-deliveries = Make space on the disk, and look at the log. The server goes on by itself once there is space.
check-remedy-shared-store = Look at the database and the log. The server goes on by itself once the database answers.
check-remedy-shared-clock = Set the clock of the database's machine.
check-remedy-shared-deliveries = Look at the database and the log. The server goes on by itself once the database takes writes.
health-unsettled = Due and not settled
health-overdue = Overdue
health-unsent = To be sent by webhooks
health-at-least = { $count } or more
health-for = for { $span }
health-space = Space left on the disk
health-version = Version
health-clocks = Clocks
health-engine = The engine's time
health-machine = The machine's clock
health-test-clock = test clock
# The first hour of a server.
first-hour-title = The first hour
first-hour-help = What a new server needs, in this order. Each step is ticked off once the server knows that it is done.
first-hour-done = Done
first-hour-open = To do
first-hour-unknown = Only you know
first-step-seller = A seller
first-means-seller = Its id, its name, and the address that goods go back to.
first-step-person = Its person, and their link
first-means-person = Add somebody for that seller and give them the link that is shown. It is done once they have come in and chosen a password.
first-step-key = The platform's key
first-means-key = Your back end opens refunds with it. Make one for the marketplace, then try it in a terminal: run the first line and paste the key, then run the second. It is done once the key was used.
first-step-refund = A test refund
first-means-refund = With the key from above. The answer has the buyer's link (buyer_link); open it in another browser, make an offer as the seller, and answer it as the buyer.
first-step-webhooks = Webhooks
first-means-webhooks = So that your systems are told what happens. “Send a test message” on an endpoint's page tries it.
first-step-mail = Mail
first-means-mail = So that buyers and sellers are told. Start the server with a mail server, and switch notices on in the policy.
first-step-backup = A backup
first-means-backup = Run this every few minutes, to another disk or machine. What was acknowledged after the last one is lost with the disk.
