//! Calls of `tonic`, from its client to its server, in one process: both sides count them, with the status in the trailers.

mod common;

use bytes::{Buf, BufMut};
use common::{ACTIVE, registry, requests, samples};
use http::uri::PathAndQuery;
use std::convert::Infallible;
use std::future::{Ready, ready};
use tachometer_tower::{HttpClientMetricsLayer, HttpMetricsLayer};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::UnaryService;
use tonic::{Code, Request, Response, Status};
use tower::{Layer, service_fn};

const GREET: &str = "/greeter.Greeter/Greet";

/// Sends texts as they are.
#[derive(Debug, Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        String::from_utf8(bytes.into()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

struct Greeter;

impl UnaryService<String> for Greeter {
    type Response = String;
    type Future = Ready<Result<Response<String>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        ready(match request.into_inner().as_str() {
            "" => Err(Status::invalid_argument("a name is needed")),
            "Zoe" => Err(Status::unavailable("not now")),
            name => Ok(Response::new(format!("Hello, {name}"))),
        })
    }
}

#[tokio::test(flavor = "current_thread")]
async fn both_sides_count_calls_by_the_status_of_grpc() {
    let (server, client) = (registry(), registry());
    let service = service_fn(|request: http::Request<Body>| async {
        Ok::<_, Infallible>(tonic::server::Grpc::new(Text).unary(Greeter, request).await)
    });
    let route = HttpMetricsLayer::new().route(|request| (request.uri().path() == GREET).then_some(GREET));
    let service = route.registry(server).grpc().layer(service);
    let service = HttpClientMetricsLayer::new().registry(client).grpc().layer(service);
    let mut grpc = tonic::client::Grpc::with_origin(service, "http://greeter.example".parse().unwrap());
    for (name, expected) in
        [("Ann", Code::Ok), ("Bob", Code::Ok), ("", Code::InvalidArgument), ("Zoe", Code::Unavailable)]
    {
        grpc.ready().await.unwrap();
        let result = grpc.unary(Request::new(name.to_owned()), PathAndQuery::from_static(GREET), Text).await;
        assert_eq!(result.map_or_else(|status| status.code(), |_| Code::Ok), expected);
    }
    let mut seen = requests(server);
    seen.sort();
    let route = format!("method=POST,route={GREET},status=200");
    let expected = [
        format!("{route},error=UNAVAILABLE,rpc_grpc_status_code=14}} 1"),
        format!("{route},rpc_grpc_status_code=0}} 2"),
        format!("{route},rpc_grpc_status_code=3}} 1"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(samples(server, ACTIVE), ["http_request_method=\"POST\"} 0"]);

    let mut seen = samples(client, "http_client_request_duration_seconds_count");
    seen.sort();
    let server = "http_request_method=\"POST\",server_address=\"greeter.example\",server_port=\"80\",\
                  http_response_status_code=\"200\"";
    let expected = [
        format!("{server},error_type=\"INVALID_ARGUMENT\",rpc_grpc_status_code=\"3\"}} 1"),
        format!("{server},error_type=\"UNAVAILABLE\",rpc_grpc_status_code=\"14\"}} 1"),
        format!("{server},rpc_grpc_status_code=\"0\"}} 2"),
    ];
    assert_eq!(seen, expected);
}
