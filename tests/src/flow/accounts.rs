use serde_json::{Value, json};
use solana_rpc_client::api::request::RpcRequest;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use tessera_chain::{Pubkey, program};

use super::Scene;

/// Who owns accounts that nobody uses.
const NOBODY: Pubkey = Pubkey::new_from_array([0; 32]);

impl Scene {
    /// Puts an account of the program in place of what is there, as another version of the program may have left it. Only on
    /// the embedded chain.
    pub async fn put_account(&self, key: Pubkey, data: &[u8]) {
        let lamports = self.chain.rent_exempt(data.len()).await.expect("readable");
        self.set_account(key, program::ID, lamports, data).await;
    }

    /// Takes an account off the embedded chain.
    pub async fn remove_account(&self, key: Pubkey) {
        self.set_account(key, NOBODY, 0, &[]).await;
    }

    async fn set_account(&self, key: Pubkey, owner: Pubkey, lamports: u64, data: &[u8]) {
        let data: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let account = json!({
            "lamports": lamports,
            "owner": owner.to_string(),
            "data": data,
            "executable": false,
            "rentEpoch": 0,
        });
        let (url, _) = self.network.urls();
        let method = RpcRequest::Custom { method: "surfnet_setAccount" };
        let set = RpcClient::new(url).send::<Value>(method, json!([key.to_string(), account])).await;
        set.expect("the embedded chain takes accounts");
    }
}
