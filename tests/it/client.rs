//! The Rust client over TLS, with arrays of the size that models have.

use kamodo_client::{Client, Endpoint, Expression, block_on};
use kamodo_tests::{Project, Server};

#[test]
fn ten_million_doubles_over_tls() {
    let project = Project::new("f(x): 2*x");
    let server = Server::start(&project);
    let endpoint = Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"));
    let sent: Vec<f64> = (0..10_000_000).map(f64::from).collect();
    let is_doubled = |from: usize, piece: &[f64]| piece.iter().zip(&sent[from..]).all(|(y, x)| *y == 2.0 * x);
    let calling = async {
        let client = Client::connect(&endpoint).await?;
        // in one message each way
        let doubled: Vec<f64> = client.ask("f", (&sent[..],)).await?;
        assert!(doubled.len() == sent.len() && is_doubled(0, &doubled));
        drop(doubled);
        // and in pieces, with the whole on the server only
        let mut upload = client.upload::<f64>(&[sent.len()])?;
        for piece in sent.chunks(1_000_000) {
            upload.write(piece).await?;
        }
        let stored = upload.finish().await?;
        let result = client.evaluate(&Expression::call("f", (&stored,))).await?;
        let (mut pieces, mut n_read) = (result.download(), 0);
        while let Some(piece) = pieces.next::<f64>().await? {
            assert!(is_doubled(n_read, &piece), "after {n_read}");
            n_read += piece.len();
        }
        assert_eq!(n_read, sent.len());
        Ok::<_, kamodo_client::Error>(())
    };
    block_on(calling).unwrap().unwrap();
}
