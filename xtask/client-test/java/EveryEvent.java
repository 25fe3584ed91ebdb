// Reads every event of a feed, a list, a refund and a problem, with nothing but types that are generated: of a server
// of today, where none may be unknown, or of tomorrow, where some have to be.
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.Map;
import java.util.HashMap;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.RefundsApi;
import org.openapitools.client.model.*;

public class EveryEvent {
  /** What each type of event says, in a word. */
  private static final Map<Class<?>, Function<Object, Object>> GIST = new HashMap<>();

  private static <E> void says(Class<E> type, Function<E, Object> gist) {
    GIST.put(type, event -> gist.apply(type.cast(event)));
  }

  private static String pays(Terms terms) {
    return terms.getType() + " " + terms.getAmount().getValue();
  }

  static {
    says(RefundOpenedEvent.class, e -> e.getData().getReason());
    says(RefundModifiedEvent.class, e -> e.getData().getAmount().getValue());
    says(RefundAgreedEvent.class, e -> pays(e.getData().getEffective()));
    says(RefundRefusedEvent.class, e -> e.getData().getReason());
    says(RefundReturnShippedEvent.class, e -> e.getData().getCarrier());
    says(RefundReceiptConfirmedEvent.class, e -> e.getData().getWaived());
    says(RefundReceiptRefusedEvent.class, e -> e.getData().getBuyerRespondsBy());
    says(RefundEscalatedEvent.class, e -> e.getData());
    says(RefundRuledEvent.class, e -> e.getData().getDecision());
    says(RefundPayoutStartedEvent.class, e -> e.getData().getAmount().getValue());
    says(RefundSucceededEvent.class, e -> e.getData().getAmount().getCurrency());
    says(RefundPayoutFailedEvent.class, e -> e.getData());
    says(RefundClosedEvent.class, e -> e.getData().getClosedReason());
    says(NegotiationOfferedEvent.class, e -> pays(e.getData().getOffer()));
    says(NegotiationAcceptedEvent.class, e -> e.getData().getNegotiationId());
    says(NegotiationRejectedEvent.class, e -> e.getData().getNegotiationId());
    says(NegotiationExpiredEvent.class, e -> e.getData().getNegotiationId());
    says(NegotiationWithdrawnEvent.class, e -> e.getData().getWithdrawnReason());
    says(DeadlineChangedEvent.class, e -> e.getData().getTo());
    says(DeadlineReminderEvent.class, e -> e.getData().getWho());
    says(DeadlineOverdueEvent.class, e -> e.getData().getWho());
    says(RefundPayoutReversedEvent.class, e -> e.getData().getAttempt());
    says(RefundPaidTwiceEvent.class, e -> e.getData().getAmount().getValue());
    says(OrderLineShippedEvent.class, e -> e.getOrderId());
    says(NoticeRequestedEvent.class, e -> e.getData().getNoticeId());
    says(NoticeAcceptedEvent.class, e -> e.getData().getNoticeId());
    says(NoticeFailedEvent.class, e -> e.getData().getNoticeId());
    says(EvidenceAddedEvent.class, e -> e.getData().getSha256());
    says(EvidenceErasedEvent.class, e -> e.getData().getSha256());
    says(RefundErasedEvent.class, e -> e.getData().getReason());
    says(MessagePostedEvent.class, e -> e.getData().getText());
  }

  private interface Check {
    String run() throws Exception;
  }

  private static boolean failed;

  private static void check(String name, Check what) {
    String said;
    try {
      said = what.run();
    } catch (Exception | Error error) {
      failed = true;
      said = "FAILED: " + String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    }
    System.out.println(name + ": " + said);
  }

  private static String events(EventsApi api) throws ApiException {
    Set<String> met = new TreeSet<>();
    int others = 0;
    for (String after = null; ; ) {
      Feed feed = api.listEvents(after, null);
      for (Event event : feed.getItems()) {
        Object actual = event.getActualInstance();
        Function<Object, Object> gist = GIST.get(actual.getClass());
        if (gist == null) {
          others++;
        } else if (gist.apply(actual) == null) {
          throw new IllegalStateException(actual.getClass() + " says nothing");
        } else {
          met.add(actual.getClass().getSimpleName());
        }
      }
      after = feed.getNextCursor();
      if (after == null) break;
    }
    String said = met.size() + " types, " + others + " events of others";
    if (met.size() != GIST.size() || (others > 0) != (System.getenv("TOMORROW") != null)) throw new IllegalStateException(said);
    return said;
  }

  public static void main(String[] arguments) {
    // The client writes a warning for each event that it doesn't know.
    java.util.logging.LogManager.getLogManager().reset();
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("BASE_URL"));
    client.setRequestInterceptor(call -> call.header("Authorization", "Bearer " + System.getenv("KEY")));
    RefundsApi refunds = new RefundsApi(client);

    check("events", () -> events(new EventsApi(client)));
    check("refund", () -> {
      RefundPage page = refunds.listRefunds(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
      Refund due = page.getItems().stream().filter(one -> !one.getDeadlines().isEmpty()).findFirst().orElseThrow();
      Refund refund = refunds.getRefund(due.getId(), null);
      Deadline deadline = refund.getDeadlines().get(0);
      return refund.getStatus() + " " + refund.getActions() + " " + deadline.getKind() + " " + deadline.getAt();
    });
    check("problem", () -> {
      try {
        throw new IllegalStateException("no problem: " + refunds.getRefund("rfd_none", null));
      } catch (ApiException no) {
        Problem problem = client.getObjectMapper().readValue(no.getResponseBody(), Problem.class);
        return problem.getCode() + " " + problem.getRemedy();
      }
    });
    System.exit(failed ? 1 : 0);
  }
}
