//! `/`, which never refuses.

use rocket::{Build, Rocket, get, routes};
use userstore_core::User;

use crate::caller::Caller;
use crate::output::{Json, Representation};

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![greet])
}

#[derive(serde::Serialize)]
struct Greeting {
    message: &'static str,
}

#[derive(rocket::Responder)]
enum Home {
    User(Representation<User>),
    Greeting(Json<Greeting>),
}

#[get("/")]
fn greet(caller: Option<Caller>) -> Home {
    match caller {
        Some(caller) => Home::User(Representation(caller.user().clone())),
        None => Home::Greeting(Json(Greeting { message: "Hello World" })),
    }
}
