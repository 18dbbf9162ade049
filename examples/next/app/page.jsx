import { InPage } from './in-page.jsx';

export default function Page() {
  return (
    <main>
      <h1>Restore an image</h1>
      <InPage />
      <form action="/api/restore" method="post" encType="multipart/form-data">
        <label>
          On the server <input name="image" type="file" accept="image/*" required />
        </label>
        <button type="submit">Restore</button>
      </form>
    </main>
  );
}
