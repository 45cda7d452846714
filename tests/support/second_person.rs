//! Another administrator of northbank, who decides on what the first asked for.

use serde_json::{Value, json};

use super::{Actor, Answer, Server};

impl Server {
    /// `admin2` approves all that waits for a second person; answers how much that was.
    pub fn second_person_approves(&self) -> usize {
        let second = self.as_("admin2");
        let waiting = second.get("/v1/approvals?waiting=true&limit=100").ok();
        let waiting = waiting.body["items"].as_array().unwrap();
        for one in waiting {
            let place = format!("/v1/approvals/{}", one["id"].as_str().unwrap());
            decides(&second, &place, "approve").ok();
        }
        waiting.len()
    }

    /// What `admin` asked for in this answer, once `admin2` approved it: the code or secret.
    pub fn approved(&self, asked: &Answer) -> Answer {
        assert_eq!(asked.status, 202, "{}", asked.text);
        assert_eq!(self.second_person_approves(), 1);
        let place = format!("{}/collect", asked.header("location"));
        self.as_("admin").post(&place, &json!({})).ok()
    }
}

/// This caller's decision on what waits here.
pub fn decides(who: &Actor, place: &str, decision: &str) -> super::http::Request {
    let body: Value = json!({"decision": decision, "reason": "I asked, and it is right"});
    let seen = who.get(place).send();
    let tag = match seen.status {
        200 => seen.tag(),
        _ => "W/\"1\"".to_owned(),
    };
    who.post(&format!("{place}/decision"), &body).if_match(&tag)
}
