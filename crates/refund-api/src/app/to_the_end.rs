//! What is carried out whole, whoever hangs up meanwhile: a call's own steps end with its connection, wherever they are.

use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Carries something out to its end, whether or not somebody waits for it still.
///
/// # Errors
/// Where it failed within the server.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::channel;

    use super::to_the_end;

    #[tokio::test]
    async fn what_was_begun_is_done_though_nobody_waits_for_it() {
        let ((begin, begun), (end, ended)) = (channel::<()>(), channel());
        let (go_on, went_on) = channel::<()>();
        let asking = tokio::spawn(to_the_end(async move {
            begin.send(()).unwrap();
            went_on.await.unwrap();
            end.send("done").unwrap();
        }));
        begun.await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        go_on.send(()).unwrap();
        assert_eq!(ended.await, Ok("done"));
    }
}
