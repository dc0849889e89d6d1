// A SMART app on fhirclient, the library that most are written with. /launch begins, standalone at the server ISS or, with iss and launch
// in its query, from a record system; /back ends the login and answers in JSON what the app then sees. It prints its address.
const { createServer } = require('node:http');
const smart = require('fhirclient');

// storage is what one browser's session keeps; the tests begin each login with a new state.
const kept = new Map();
const storage = {
  get: async (key) => kept.get(key),
  set: async (key, value) => (kept.set(key, value), value),
  unset: async (key) => kept.delete(key),
};

// status is that of a request which must not throw.
async function status(work) {
  try {
    await work;
    return 200;
  } catch (fault) {
    return fault.status ?? fault.statusCode ?? String(fault);
  }
}

// plans are the subjects of the plans among what a search finds; it may tell of the search in an OperationOutcome.
async function plans(from, search) {
  const found = await from.request(search, { pageLimit: 0, flat: true });
  return found.filter((resource) => resource.resourceType === 'CarePlan').map((plan) => plan.subject.reference);
}

async function seen(api) {
  const client = await api.ready();
  const search = `CarePlan?patient=${client.patient.id}`;
  const answer = { patient: client.patient.id, scope: client.state.tokenResponse.scope, user: client.user.fhirUser, status: await status(client.request(search)) };
  if (answer.status === 200) {
    answer.plans = await plans(client, search);
    answer.compartment = await plans(client.patient, 'CarePlan');
    answer.everyPlan = await plans(client, 'CarePlan');
    const before = client.state.tokenResponse.access_token;
    await client.refresh();
    answer.refreshed = client.state.tokenResponse.access_token !== before;
    answer.family = (await client.patient.read()).name[0].family;
  }
  return answer;
}

const server = createServer(async (request, response) => {
  const api = smart(request, response, storage);
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  try {
    if (pathname === '/launch') {
      await api.authorize({ iss: process.env.ISS, clientId: 'sample-app', scope: searchParams.get('wanted'), redirectUri: '/back', pkceMode: 'required' });
      return;
    }
    const answer = await seen(api);
    response.end(JSON.stringify(answer));
  } catch (fault) {
    response.end(JSON.stringify({ fault: String(fault) }));
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
