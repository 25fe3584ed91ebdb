// Reads every event of a feed, a list, a refund and a problem, with nothing but types that are generated: of a server
// of today, where none may be unknown, or of tomorrow, where some have to be.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	refunds "github.com/GIT_USER_ID/GIT_REPO_ID"
)

// pays says what terms come to.
func pays(terms refunds.Terms) string {
	return fmt.Sprint(terms.Type, " ", terms.Amount.Value)
}

// gist says in a word what an event is about; nothing where its type is newer than this client.
func gist(e refunds.Event) (string, string) {
	switch {
	case e.RefundOpenedEvent != nil:
		return e.RefundOpenedEvent.Type, e.RefundOpenedEvent.Data.Reason
	case e.RefundModifiedEvent != nil:
		return e.RefundModifiedEvent.Type, e.RefundModifiedEvent.Data.Amount.Value
	case e.RefundAgreedEvent != nil:
		return e.RefundAgreedEvent.Type, pays(e.RefundAgreedEvent.Data.Effective)
	case e.RefundRefusedEvent != nil:
		return e.RefundRefusedEvent.Type, e.RefundRefusedEvent.Data.Reason
	case e.RefundReturnShippedEvent != nil:
		return e.RefundReturnShippedEvent.Type, e.RefundReturnShippedEvent.Data.Carrier
	case e.RefundReceiptConfirmedEvent != nil:
		return e.RefundReceiptConfirmedEvent.Type, fmt.Sprint(e.RefundReceiptConfirmedEvent.Data.Waived)
	case e.RefundReceiptRefusedEvent != nil:
		return e.RefundReceiptRefusedEvent.Type, e.RefundReceiptRefusedEvent.Data.BuyerRespondsBy.String()
	case e.RefundEscalatedEvent != nil:
		return e.RefundEscalatedEvent.Type, fmt.Sprint(e.RefundEscalatedEvent.Data.Reason.IsSet())
	case e.RefundRuledEvent != nil:
		return e.RefundRuledEvent.Type, fmt.Sprint(e.RefundRuledEvent.Data.Decision)
	case e.RefundPayoutStartedEvent != nil:
		return e.RefundPayoutStartedEvent.Type, e.RefundPayoutStartedEvent.Data.Amount.Value
	case e.RefundSucceededEvent != nil:
		return e.RefundSucceededEvent.Type, e.RefundSucceededEvent.Data.Amount.Currency
	case e.RefundPayoutFailedEvent != nil:
		return e.RefundPayoutFailedEvent.Type, fmt.Sprint(e.RefundPayoutFailedEvent.Data.Reason.IsSet())
	case e.RefundClosedEvent != nil:
		return e.RefundClosedEvent.Type, fmt.Sprint(e.RefundClosedEvent.Data.ClosedReason)
	case e.NegotiationOfferedEvent != nil:
		return e.NegotiationOfferedEvent.Type, pays(e.NegotiationOfferedEvent.Data.Offer)
	case e.NegotiationAcceptedEvent != nil:
		return e.NegotiationAcceptedEvent.Type, e.NegotiationAcceptedEvent.Data.NegotiationId
	case e.NegotiationRejectedEvent != nil:
		return e.NegotiationRejectedEvent.Type, e.NegotiationRejectedEvent.Data.NegotiationId
	case e.NegotiationExpiredEvent != nil:
		return e.NegotiationExpiredEvent.Type, e.NegotiationExpiredEvent.Data.NegotiationId
	case e.NegotiationWithdrawnEvent != nil:
		return e.NegotiationWithdrawnEvent.Type, fmt.Sprint(e.NegotiationWithdrawnEvent.Data.WithdrawnReason)
	case e.DeadlineChangedEvent != nil:
		return e.DeadlineChangedEvent.Type, e.DeadlineChangedEvent.Data.To.String()
	case e.DeadlineReminderEvent != nil:
		return e.DeadlineReminderEvent.Type, fmt.Sprint(e.DeadlineReminderEvent.Data.Who)
	case e.DeadlineOverdueEvent != nil:
		return e.DeadlineOverdueEvent.Type, fmt.Sprint(e.DeadlineOverdueEvent.Data.Who)
	case e.RefundPayoutReversedEvent != nil:
		return e.RefundPayoutReversedEvent.Type, fmt.Sprint(e.RefundPayoutReversedEvent.Data.Attempt)
	case e.RefundPaidTwiceEvent != nil:
		return e.RefundPaidTwiceEvent.Type, e.RefundPaidTwiceEvent.Data.Amount.Value
	case e.OrderLineShippedEvent != nil:
		return e.OrderLineShippedEvent.Type, e.OrderLineShippedEvent.OrderId
	case e.NoticeRequestedEvent != nil:
		return e.NoticeRequestedEvent.Type, e.NoticeRequestedEvent.Data.NoticeId
	case e.NoticeAcceptedEvent != nil:
		return e.NoticeAcceptedEvent.Type, e.NoticeAcceptedEvent.Data.NoticeId
	case e.NoticeFailedEvent != nil:
		return e.NoticeFailedEvent.Type, e.NoticeFailedEvent.Data.NoticeId
	case e.EvidenceAddedEvent != nil:
		return e.EvidenceAddedEvent.Type, e.EvidenceAddedEvent.Data.Sha256
	case e.EvidenceErasedEvent != nil:
		return e.EvidenceErasedEvent.Type, e.EvidenceErasedEvent.Data.Sha256
	case e.RefundErasedEvent != nil:
		return e.RefundErasedEvent.Type, e.RefundErasedEvent.Data.Reason
	case e.MessagePostedEvent != nil:
		return e.MessagePostedEvent.Type, e.MessagePostedEvent.Data.Text
	}
	return "", ""
}

var failed bool

func check(name string, err error, said string) {
	if err != nil {
		failed = true
		said = "FAILED: " + strings.SplitN(err.Error(), "\n", 2)[0]
	}
	fmt.Printf("%s: %s\n", name, said)
}

func events(client *refunds.APIClient, ctx context.Context) (string, error) {
	met, others, after := map[string]int{}, 0, ""
	for {
		call := client.EventsAPI.ListEvents(ctx)
		if after != "" {
			call = call.After(after)
		}
		feed, _, err := call.Execute()
		if err != nil {
			return "", err
		}
		for _, event := range feed.Items {
			kind, said := gist(event)
			if kind == "" {
				others++
			} else if said == "" {
				return "", fmt.Errorf("%s says nothing", kind)
			} else {
				met[kind]++
			}
		}
		if feed.NextCursor.Get() == nil {
			break
		}
		after = *feed.NextCursor.Get()
	}
	if (others > 0) != (os.Getenv("TOMORROW") != "") {
		return "", fmt.Errorf("%d types of events, %d events of others", len(met), others)
	}
	return fmt.Sprintf("%d types, %d events of others", len(met), others), nil
}

func main() {
	settings := refunds.NewConfiguration()
	settings.Servers[0].URL = os.Getenv("BASE_URL")
	client := refunds.NewAPIClient(settings)
	ctx := context.WithValue(context.Background(), refunds.ContextAccessToken, os.Getenv("KEY"))

	said, err := events(client, ctx)
	check("events", err, said)

	page, _, err := client.RefundsAPI.ListRefunds(ctx).Execute()
	check("list", err, "")
	id := ""
	if err == nil {
		for _, item := range page.Items {
			if len(item.Deadlines) > 0 {
				id = item.Id
			}
		}
	}
	refund, _, err := client.RefundsAPI.GetRefund(ctx, id).Execute()
	said = ""
	if err == nil {
		said = fmt.Sprint(refund.Status, refund.Actions, refund.Deadlines[0].Kind, refund.Deadlines[0].At)
	}
	check("refund", err, said)

	_, _, err = client.RefundsAPI.GetRefund(ctx, "rfd_none").Execute()
	var no *refunds.GenericOpenAPIError
	if !errors.As(err, &no) {
		check("problem", fmt.Errorf("no problem: %w", err), "")
	} else if problem, is := no.Model().(refunds.Problem); !is {
		check("problem", fmt.Errorf("untyped: %w", err), "")
	} else {
		check("problem", nil, fmt.Sprint(problem.Code, " ", problem.Remedy))
	}
	if failed {
		os.Exit(1)
	}
}
