# Who did what.
nav-audit = Audit
audit-title = Who did what
audit-help = Changes of settings, rulings, and who signed in or was not let in; the latest first. What happens to refunds is in their histories.
audit-none = There is nothing of the kind.
audit-type = What
audit-actor = Who (name or id)
audit-since = From
audit-until = Before
audit-at = When
audit-what = What
audit-who = Who
audit-address = From address
audit-changes = What is different
audit-server = The server itself
audit-nobody = nobody was let in
audit-no-address = not recorded
audit-set = set
audit-replaced = replaced by another
audit-tries =
    { $count ->
        [one] { $count } try
       *[other] { $count } tries
    }
audit-ruling-refund = pays
audit-ruling-close = closes without paying
audit-type-policy = Policy
audit-type-rollout = Roll-out
audit-type-seller = Seller
audit-type-saved-offer = Prepared offer
audit-type-key = Key
audit-type-webhook = Webhook
audit-type-person = Person
audit-type-buyer-link = Buyer's link
audit-type-ruling = Ruling
audit-type-sign-in = Signed in
audit-type-sign-in-failed = Not let in
audit-type-restoration = Restored from a backup
audit-field-name = Name
audit-field-revoked-at = Revoked
audit-field-types = Told of
audit-field-enabled-at = On since
audit-field-disabled = Off
audit-field-at = since
audit-field-because = why
audit-field-both-secrets-until = Secret before valid until
audit-field-password = Password
audit-field-link-expires-at = Sign-in link, until
audit-field-disabled-at = Shut out
audit-field-generation = Number of the link
audit-field-ruling = Ruling
audit-field-batches = Batch
audit-field-open = Open
audit-field-allow = Always
audit-field-deny = Never
audit-field-addresses = Return address
