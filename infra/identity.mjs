// The development identity provider: one issuer per organisation in one process, told apart by the first part of the path.
// node identity.mjs CONFIG.json; the file holds {port, base_url, keys, modules, issuers: [{slug, name, client_id, client_secret,
// redirect_uri, post_logout_redirect_uri, backchannel_logout_uri, users: [{sub, name, email, groups}]}]}.
// `keys`: where the signing keys are kept; `modules`: the folder with node_modules. For demonstrations only: nobody is asked for
// a password.
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const resolve = createRequire(join(config.modules, 'package.json')).resolve;
// The library's notices are for those who build a provider to live with: sessions in memory are what a demonstration wants.
console.info = console.warn = () => {};
const { default: Provider, interactionPolicy } = await import(pathToFileURL(resolve('oidc-provider')));

const HOUR = 3600;
const STYLE = 'body{font:1.125rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:30rem;padding:2rem 1rem;color:#1e2b3c;background:#fff}'
  + 'label,select,button{display:block;font:inherit;box-sizing:border-box;width:100%;margin:.5rem 0}'
  + 'select,button{padding:.75rem 1rem;border:2px solid #0f4c81;border-radius:.25rem}'
  + 'button{background:#0f4c81;color:#fff;cursor:pointer}:focus-visible{outline:3px solid #1e2b3c;outline-offset:3px}';

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(title, content) {
  return `<!doctype html><html lang="fi"><head><meta charset="utf-8"><title>${escaped(title)}</title>`
    + `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>`
    + `<body><main><h1>${escaped(title)}</h1>${content}</main></body></html>`;
}

function loginPage(issuer, hinted) {
  const choice = hinted
    ? `<p>${escaped(hinted.name)}<br>${escaped(hinted.email)}</p><input type="hidden" name="sub" value="${escaped(hinted.sub)}">`
    : '<label for="sub">Käyttäjä</label><select id="sub" name="sub">'
      + issuer.users.map((user) => `<option value="${escaped(user.sub)}">${escaped(user.name)} – ${escaped(user.email)}</option>`).join('')
      + '</select>';
  return page(
    `${issuer.name}: kirjautuminen`,
    `<p>Esittelyn tunnistuspalvelu: salasanaa ei kysytä.</p><form method="post">${choice}<button type="submit">Kirjaudu sisään</button></form>`,
  );
}

/** Made as text and read again: exporting the very object that Node generated can wait for itself for ever (seen in 1 start of 20). */
function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return createPrivateKey(privateKey);
}

/** The signing key and the cookie key of each issuer, made once; the key's id is its thumbprint, so a new key never wears an old id. */
function keptKeys() {
  const keys = existsSync(config.keys) ? JSON.parse(readFileSync(config.keys, 'utf8')) : {};
  for (const { slug } of config.issuers) {
    keys[slug] ??= {
      cookie: randomBytes(32).toString('hex'),
      jwk: { ...newKey().export({ format: 'jwk' }), use: 'sig', alg: 'RS256' },
    };
  }
  writeFileSync(`${config.keys}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${config.keys}.new`, config.keys);
  return keys;
}

/** The user a login hint means: by subject or by e-mail. */
const hintedUser = (issuer, hint) => issuer.users.find((user) => hint && (user.sub === hint || user.email === hint));

/** The usual questions, and one more: somebody else is signed in here than the one the application asks for. */
function policy(issuer) {
  const questions = interactionPolicy.base();
  questions.get('login').checks.add(new interactionPolicy.Check('other_user', 'another user is asked for', 'login_required', (ctx) => {
    const asked = hintedUser(issuer, ctx.oidc.params.login_hint);
    return Boolean(asked && ctx.oidc.session.accountId && ctx.oidc.session.accountId !== asked.sub);
  }));
  return questions;
}

/** Whoever signs in has agreed: the organisation's own application asks for nothing a person must decide. */
async function grantEverything(ctx) {
  const { session, client, provider } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid email profile groups');
  await grant.save();
  return grant;
}

function providerOf(issuer, keys) {
  const claimsOf = (user) => ({ sub: user.sub, name: user.name, email: user.email, email_verified: true, groups: user.groups });
  const provider = new Provider(`${config.base_url}/${issuer.slug}`, {
    clients: [{
      client_id: issuer.client_id,
      client_secret: issuer.client_secret,
      redirect_uris: [issuer.redirect_uri],
      post_logout_redirect_uris: [issuer.post_logout_redirect_uri],
      backchannel_logout_uri: issuer.backchannel_logout_uri,
      backchannel_logout_session_required: true,
    }],
    jwks: { keys: [keys.jwk] },
    cookies: {
      keys: [keys.cookie],
      // Cookies are not separated by port or issuer: each issuer has its own names.
      names: { session: `idp-session-${issuer.slug}`, interaction: `idp-interaction-${issuer.slug}`, resume: `idp-resume-${issuer.slug}` },
    },
    claims: { openid: ['sub', 'auth_time'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    // The library's own fetch refuses loopback, where everything of a demonstration lives.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page(`${issuer.name}: uloskirjautuminen`, `${form}<button type="submit" form="op.logoutForm" value="yes" name="logout">Kirjaudu ulos</button>`);
        },
        postLogoutSuccessSource: (ctx) => { ctx.body = page(`${issuer.name}: olet kirjautunut ulos`, ''); },
      },
    },
    interactions: { policy: policy(issuer), url: (_ctx, interaction) => `/${issuer.slug}/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => {
      const user = issuer.users.find((one) => one.sub === sub);
      return user && { accountId: sub, claims: () => claimsOf(user) };
    },
    loadExistingGrant: grantEverything,
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = page('Kirjautuminen ei onnistunut', `<p>${escaped(out.error)}: ${escaped(out.error_description ?? '')}</p>`);
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 300, Interaction: HOUR, Session: 12 * HOUR, Grant: 12 * HOUR },
  });
  provider.on('server_error', (_ctx, error) => console.error(issuer.slug, error));
  provider.on('backchannel.error', (_ctx, error) => console.error(issuer.slug, error.message));
  return { issuer, provider, answer: provider.callback() };
}

async function formField(request, name) {
  let body = '';
  for await (const part of request) {
    body += part;
    if (body.length > 10_000) throw new Error('the form is too long');
  }
  return new URLSearchParams(body).get(name);
}

async function interact({ issuer, provider }, request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const sub = await formField(request, 'sub');
    if (issuer.users.some((user) => user.sub === sub)) {
      await provider.interactionFinished(request, response, { login: { accountId: sub } });
      return;
    }
  }
  send(response, 200, loginPage(issuer, hintedUser(issuer, params.login_hint)));
}

function send(response, status, body) {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.end(body);
}

const keys = keptKeys();
const issuers = new Map(config.issuers.map((issuer) => [issuer.slug, providerOf(issuer, keys[issuer.slug])]));

const server = http.createServer(async (request, response) => {
  const [, slug, rest] = request.url.match(/^\/([a-z0-9-]+)(\/.*)$/) ?? [];
  const found = issuers.get(slug);
  if (!found) {
    send(response, 404, page('Sivua ei ole', ''));
    return;
  }
  request.originalUrl = request.url;
  request.url = rest;
  if (!rest.startsWith('/interaction/')) {
    found.answer(request, response);
    return;
  }
  try {
    await interact(found, request, response);
  } catch (error) {
    send(response, 400, page('Kirjautuminen vanheni', `<p>Palaa sovellukseen ja yritä uudelleen. (${escaped(error.message)})</p>`));
  }
});
server.listen(config.port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
