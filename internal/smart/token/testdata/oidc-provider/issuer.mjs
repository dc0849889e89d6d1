// A certified OpenID provider as an issuer that Hearken did not write: client credentials with private_key_jwt, authorization code with
// PKCE, JWT and opaque access tokens, DPoP, introspection. It is told its keys and its client's by the environment, prints its URL, and
// takes a new set of keys, one JSON per line, on standard input: the issuer is restarted on the same port with them, as a rotation is.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const { AUDIENCE, CLIENT_JWKS, KEYS } = process.env;

function provider(issuer, keys) {
  const p = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'backend', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
        token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES384', token_endpoint_auth_signing_alg: 'ES384', jwks: JSON.parse(CLIENT_JWKS),
      },
      {
        client_id: 'app', grant_types: ['authorization_code'], redirect_uris: ['https://app.example.org/back'], response_types: ['code'],
        token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES384',
      },
      { client_id: 'hearken', client_secret: 's&cret', id_token_signed_response_alg: 'ES384', grant_types: [], redirect_uris: [], response_types: [] },
    ],
    scopes: ['openid', 'offline_access', 'user/*.rs', 'system/*.rs', 'patient/*.rs'],
    claims: { openid: ['sub'] },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: (ctx, resource, client) => ({
          scope: 'user/*.rs system/*.rs patient/*.rs', audience: resource,
          accessTokenFormat: ctx.get('x-format') || 'jwt', jwt: { sign: { alg: keys[0].alg } },
        }),
      },
    },
    extraTokenClaims: (ctx, token) => (token.kind === 'AccessToken' ? { patient: '1' } : undefined),
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES384'], clientAuthSigningAlgValues: ['RS384', 'ES384'] },
  });
  // Whoever comes is ann, and agrees.
  p.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const { params, session } = await p.interactionDetails(ctx.req, ctx.res);
    const grant = new p.Grant({ accountId: session?.accountId ?? 'ann', clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addResourceScope(AUDIENCE, params.scope);
    ctx.redirect(await p.interactionResult(ctx.req, ctx.res, { login: { accountId: 'ann' }, consent: { grantId: await grant.save() } }));
  });
  return p;
}

let handler;
const server = createServer((req, res) => handler(req, res));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  handler = provider(issuer, JSON.parse(KEYS)).callback();
  console.log(issuer);
  createInterface({ input: process.stdin }).on('line', (line) => {
    handler = provider(issuer, JSON.parse(line)).callback();
    console.log('rotated');
  }).on('close', () => process.exit(0));
});
