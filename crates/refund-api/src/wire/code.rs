//! Every code that a problem can have: the rules' own, and those of HTTP itself.

use axum::http::StatusCode;
use refund_core::RefusalCode;
use serde::{Serialize, Serializer};

/// Writes the server's own codes from one table: variant, code, HTTP status, meaning, remedy.
macro_rules! api_codes {
    ($($variant:ident = $code:literal, $status:ident, $meaning:literal, $remedy:literal;)+) => {
        /// A problem that no rule of refund negotiation knows of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ApiCode { $(#[doc = $meaning] $variant,)+ }

        impl ApiCode {
            /// Every code, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// What it means, in a sentence.
            pub(crate) fn meaning(self) -> &'static str {
                self.row().2
            }

            const fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
                match self { $(Self::$variant => ($code, StatusCode::$status, $meaning, $remedy)),+ }
            }
        }
    };
}

api_codes! {
    MalformedBody = "malformed_body", BAD_REQUEST,
        "The body is not the JSON that this call takes.",
        "`errors` points at the place and says what is expected there.";
    MalformedQuery = "malformed_query", BAD_REQUEST,
        "A parameter of the query is unknown or has a value that it can't have.",
        "`detail` says which; cursors are passed on exactly as they were given.";
    MalformedHeader = "malformed_header", BAD_REQUEST,
        "A header has a value that it can't have.",
        "`detail` says which header, and what it takes.";
    MalformedPath = "malformed_path", BAD_REQUEST,
        "The path has an id that can be none.",
        "An id has 1 to 64 visible ASCII characters and is neither `.` nor `..`; in a path it has no slash either.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED,
        "The call has no key or link that is valid.",
        "Send `Authorization: Bearer` with a key that has not been revoked, or with the token of a buyer's link.";
    KeyReadsOnly = "key_reads_only", FORBIDDEN,
        "The key was made for reading, and this call changes something or shows a secret.",
        "Use a key whose scope is `full`.";
    ForgedForm = "forged_form", FORBIDDEN,
        "The form did not come from a page of this server that is still valid.",
        "Open the page again and send its form from there.";
    NotFound = "not_found", NOT_FOUND,
        "There is nothing here, or nothing that you may know of.",
        "Check the path and the id, and whether the key belongs to whose it is.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED,
        "The path is there, but not for this method.",
        "The `Allow` header lists the methods that the path takes.";
    OtherHistory = "other_history", GONE,
        "The place is of another history than this store has: it was restored from a backup, or is another store.",
        "What came behind that place may be gone. Read on from the start or from `latest`, and load what you know of refunds anew.";
    BodyTooSlow = "body_too_slow", REQUEST_TIMEOUT,
        "The body took too long to arrive; nothing of this call was done.",
        "Send it again with the same idempotency key, over a better connection.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE,
        "The body is larger than any call needs.",
        "Send at most 65,536 bytes, or 1 MiB for the roll-out and in bulk.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE,
        "The body is of another media type than JSON.",
        "Send `Content-Type: application/json`.";
    FileTooLarge = "file_too_large", PAYLOAD_TOO_LARGE,
        "The file is larger than what is taken, as it was sent or unpacked.",
        "Send at most 10,485,760 bytes, and no picture of more than 54 million pixels or 20,000 at a side.";
    FileNotTaken = "file_not_taken", UNSUPPORTED_MEDIA_TYPE,
        "The file is of another kind than those that are taken, or damaged.",
        "Send a JPEG, PNG, WebP or PDF as the body itself: neither as JSON nor as a form.";
    FileErased = "file_erased", GONE,
        "The file was erased by the operator.",
        "Nothing brings it back. That it was there, and when it was erased, stands on the refund.";
    FilesAway = "files_away", SERVICE_UNAVAILABLE,
        "Files can't be kept or read at the moment.",
        "Send it again later. Operators find the reason in the server's log; servers that share a database need a folder that they share (`--evidence`).";
    UnsupportedContentEncoding = "unsupported_content_encoding", UNSUPPORTED_MEDIA_TYPE,
        "The body is compressed or coded in another way.",
        "Send it as it is, without `Content-Encoding`.";
    VersionMoved = "version_moved", PRECONDITION_FAILED,
        "The refund has another version by now than `If-Match` says.",
        "Look at `refund`, decide again, and send its version.";
    SettingsMoved = "settings_moved", PRECONDITION_FAILED,
        "The settings are others by now than `If-Match` says.",
        "Read them again, decide again, and send their `ETag`.";
    VersionMissing = "version_missing", PRECONDITION_REQUIRED,
        "A seller's or operator's command says which version of the refund it is about.",
        "Send `If-Match` with the `ETag` that the refund was read with.";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY,
        "The idempotency key was used with another method, path or body.",
        "Use a fresh key for each thing to be done, and the same one only to try the same thing again.";
    AmountTooPrecise = "amount_too_precise", UNPROCESSABLE_ENTITY,
        "The amount has more decimals than its currency.",
        "Send at most the currency's decimals; nothing is rounded.";
    AmountTooLarge = "amount_too_large", UNPROCESSABLE_ENTITY,
        "The amount is larger than the engine counts.",
        "Send less than 10^15 of the currency's smallest units.";
    CurrencyUnknown = "currency_unknown", UNPROCESSABLE_ENTITY,
        "The currency is not one of ISO 4217 that has minor units.",
        "Send a three-letter code such as CNY, in capitals.";
    UrlNotAllowed = "url_not_allowed", UNPROCESSABLE_ENTITY,
        "Nothing is sent to that address.",
        "Name an https address whose host is public: no name or number of a private network, and no user in it.";
    TooManyWebhooks = "too_many_webhooks", CONFLICT,
        "There are as many endpoints as one owner may have.",
        "Remove one that is not needed any more.";
    TooManySavedOffers = "too_many_saved_offers", CONFLICT,
        "The seller has prepared as many offers as there can be.",
        "Remove one that is not needed any more, or change one of them.";
    SavedOfferUnknown = "saved_offer_unknown", UNPROCESSABLE_ENTITY,
        "The seller has prepared no offer of this id.",
        "Name one that `GET …/negotiation/options` lists, or say type and amount.";
    ExpiryPassed = "expiry_passed", UNPROCESSABLE_ENTITY,
        "The key would have expired before it is made.",
        "Send an `expires_at` that is later than now, or none.";
    ClockGoesBack = "clock_goes_back", UNPROCESSABLE_ENTITY,
        "The test clock only moves forward.",
        "Send an instant that is not before `now`.";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS,
        "One caller asks for more at once than there is for one; nothing of this call was done.",
        "Wait for `Retry-After` seconds and send it again. Whoever needs more asks the operator for it.";
    TooMuchWritten = "too_much_written", TOO_MANY_REQUESTS,
        "The same thing was changed to and fro too often in a short time; nothing of this call was done.",
        "Wait until `possible_at`. What decides or ends a refund is possible all the while.";
    Busy = "busy", SERVICE_UNAVAILABLE,
        "The server has more to do than it can do soon; nothing of this call was done.",
        "Wait for `Retry-After` seconds and send it again with the same idempotency key.";
    NotStored = "not_stored", SERVICE_UNAVAILABLE,
        "It could not be stored; nothing of it was done.",
        "Send it again later with the same idempotency key. Operators find the reason in the server's log.";
    NotCounted = "not_counted", SERVICE_UNAVAILABLE,
        "The server started a short while ago, and still counts what happened before.",
        "Wait for `Retry-After` seconds and ask again: numbers that lack something are not shown.";
    NotReady = "not_ready", SERVICE_UNAVAILABLE,
        "The server would not carry a command out now.",
        "Send it again later with the same idempotency key. Operators: `failing` names each check that fails: `store` (look at the disk or the database, and at the log; a disk that failed needs a restart then), `clock` (set the machine's clock), `disk` (make space), `deliveries` (make space, or look at the database: nothing is sent until what came of it can be written down).";
    Stopped = "stopped", SERVICE_UNAVAILABLE,
        "The store has stopped after a failure of the disk; nothing of this call was done.",
        "Operators: look at the disk and the log, then restart the server. Send it again afterwards with the same idempotency key.";
    Unsure = "unsure", SERVICE_UNAVAILABLE,
        "The disk or the database failed or took too long; whether it was stored is not known yet.",
        "Send it again later with the same idempotency key: it is done once at the most. Operators: look at the disk or the database, and at the log; after a failure of the disk the server needs a restart.";
    Internal = "internal", INTERNAL_SERVER_ERROR,
        "The server met something that should not be.",
        "Send it again with the same idempotency key. Operators find it in the log by `request_id`.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a problem is called, where it is explained, and its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A rule said no.
    Rule(RefusalCode),
    /// Something else did.
    Api(ApiCode),
}

impl Code {
    /// Every code there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let rules = RefusalCode::ALL.iter().copied().map(Self::Rule);
        rules.chain(ApiCode::ALL.iter().copied().map(Self::Api))
    }

    /// Its stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule(code) => code.as_str(),
            Self::Api(code) => code.row().0,
        }
    }

    /// The page that explains it, on a server that is reached there.
    #[must_use]
    pub fn page(self, base: &str) -> String {
        format!("{base}/problems/{}", self.as_str())
    }

    /// What it means, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Rule(code) => code.meaning(),
            Self::Api(code) => code.row().2,
        }
    }

    /// What can be done about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Rule(code) => code.remedy(),
            Self::Api(code) => code.row().3,
        }
    }

    /// Its HTTP status: 403 for the role, 503 while settling is held, 422 for values that can't be, 409 for all else that a rule says.
    #[must_use]
    pub fn status(self) -> StatusCode {
        use RefusalCode as R;
        match self {
            Self::Api(code) => code.row().1,
            Self::Rule(R::NotYourRole) => StatusCode::FORBIDDEN,
            Self::Rule(R::SettlingHeld) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Rule(
                R::SellerUnknown
                | R::CurrencyMismatch
                | R::AmountNotPositive
                | R::AmountOverRefundable
                | R::AmountOverRequested
                | R::ReturnAddressRequired
                | R::ReturnAddressUnknown
                | R::PayoutAttemptUnknown
                | R::DefaultAddressRequired
                | R::ReasonUnknown
                | R::EvidenceUnknown
                | R::EvidenceRequired
                | R::EvidenceErased
                | R::NoteNamesFiles
                | R::OfferChangesNothing
                | R::RequestChangesNothing
                | R::ExtensionNotLater
                | R::ExtensionTooFar,
            ) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Rule(
                R::OrderLineDiffers
                | R::RefundInProgress
                | R::TooManyRefundsOnLine
                | R::TooManyMessages
                | R::TooManyFiles
                | R::RefundNotFinal
                | R::NegotiationAlreadyUsed
                | R::OfferIsAnother
                | R::OfferNotPending
                | R::DeadlinePassed
                | R::WrongStatus
                | R::PayoutAlreadySucceeded
                | R::PayoutNotReversible
                | R::TooManyPayoutAttempts
                | R::AlreadyShipped
                | R::DeadlineNotRunning
                | R::WithdrawNotAllowed
                | R::NegotiateBeforeRefuse
                | R::NegotiationNotOpenToSeller
                | R::FreshGoodsNotNegotiable
                | R::ReturnNeedsShippedGoods
                | R::ReturnNeedsFreightInsurance,
            ) => StatusCode::CONFLICT,
        }
    }
}
